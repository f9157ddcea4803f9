import type { BuyAnswer } from "../../shared/internal_api.ts";
import { parseItemKey } from "../../shared/item.ts";
import {
  decodeOrderMessage,
  type OrderMessage,
  UnreadableMessageError,
} from "../../shared/order_message.ts";
import type { ParkedMessage, ReplayEnd } from "../orders/message_book.ts";
import { recordMessage } from "../orders/record_message.ts";
import type { AdminParts } from "./admin_parts.ts";

/** How long a replayed buy may take: an operator is more patient than a buyer. */
const REPLAY_BUDGET_MS = 5_000;

/** What an operator hears of a replay that did not fail. */
export type ReplayOutcome = "reserved" | "order_ended" | "processing" | "recorded";

/** What became of a wish to replay or refuse. */
export type Decided =
  | { kind: "done"; message: ParkedMessage; outcome: ReplayOutcome | "refused" }
  | { kind: "not_found" }
  /** `reason` is a code, `detail` a sentence. */
  | { kind: "conflict"; reason: string; detail: string }
  /** Nothing is known to have changed: ask again in a moment. */
  | { kind: "passing"; code: "paused" | "busy" | "unavailable" };

/** What one try came to. */
type Tried =
  & { end: ReplayEnd; ticket: string | null }
  & ({ outcome: ReplayOutcome } | { answer: Exclude<Decided, { kind: "done" }> });

type ReplayParts = Pick<AdminParts, "messages" | "desk" | "book" | "log">;

/**
 * Replays a parked message. A ticket that the database would not take is bought anew, by the desk
 * that takes every buy and under a request id of its own, so that the same replay gives the same
 * ticket; a whole message is recorded again. A try keeps other operators from deciding meanwhile.
 */
export async function replayMessage(id: number, parts: ReplayParts): Promise<Decided> {
  const { messages, log } = parts;
  const kept = await messages.getParked(id);
  if (!kept || kept.state !== "parked") return afterDecision(kept);
  const attempt = await messages.beginReplay(id);
  if (attempt === null) return afterDecision(await messages.getParked(id));
  let tried: Tried;
  try {
    tried = kept.ticket === null
      ? await recordAgain(kept, parts)
      : await buyAgain(kept, kept.ticket, parts);
  } catch (error) {
    // Where this cannot be written either, the try ends by its lease.
    await messages.endReplay(id, attempt, "unsure", null).catch(() => {});
    throw error;
  }
  const ended = await messages.endReplay(id, attempt, tried.end, tried.ticket);
  log.info("Replay {attempt} of parked message {id}: {end}", { attempt, id, end: tried.end });
  if ("answer" in tried) return tried.answer;
  const message = await messages.getParked(id);
  if (!ended || !message) return afterDecision(message);
  return { kind: "done", message, outcome: tried.outcome };
}

/** Closes a parked message for good. */
export async function refuseMessage(
  id: number,
  { messages, log }: Pick<AdminParts, "messages" | "log">,
): Promise<Decided> {
  const refused = await messages.refuseParked(id);
  const message = await messages.getParked(id);
  if (refused && message) {
    log.info("Refused parked message {id}", { id });
    return { kind: "done", message, outcome: "refused" };
  }
  if (message?.state === "replayed") {
    return conflict("replayed", "Cannot refuse a message that was replayed");
  }
  return afterDecision(message);
}

/** What to say when it is not this request that decides. */
function afterDecision(message: ParkedMessage | null): Decided {
  if (!message) return { kind: "not_found" };
  if (message.state === "replayed") {
    const outcome = message.replayedTicket === null ? "recorded" : "reserved";
    return { kind: "done", message, outcome };
  }
  if (message.state === "refused") {
    return conflict("refused", "Cannot decide about a message that was refused");
  }
  return message.replayingSince === 0
    ? conflict("unsure", "The last replay had no clear end: replay it again to learn what it made")
    : conflict("under_way", "A replay is under way; one that broke off ends after a minute");
}

async function recordAgain(kept: ParkedMessage, { book }: ReplayParts): Promise<Tried> {
  const recorded = await recordMessage(book, kept);
  if (recorded.kind === "parked") return failed("unrecordable", recorded.reason);
  return { end: "replayed", ticket: null, outcome: "recorded" };
}

async function buyAgain(
  kept: ParkedMessage,
  ticket: string,
  { desk }: ReplayParts,
): Promise<Tried> {
  let message: OrderMessage;
  try {
    message = decodeOrderMessage(kept.content);
  } catch (error) {
    if (!(error instanceof UnreadableMessageError)) throw error;
    return failed("unrecordable", `unreadable: ${error.message}`);
  }
  const { saleId, productId } = parseItemKey(message.item);
  const { userId, quantity } = message.orders[0]!;
  const { answers: [answer] } = await desk.decide({
    v: 1,
    budgetMs: REPLAY_BUDGET_MS,
    buys: [[saleId, productId, userId, quantity, `replay-${ticket}`, 0]],
  });
  return triedBuy(answer!, kept, ticket);
}

function triedBuy(answer: BuyAnswer, kept: ParkedMessage, ticket: string): Tried {
  // An answer that does not look for the request id leaves an earlier doubt as it is.
  const end = kept.replayingSince === null ? "failed" : "unsure";
  switch (answer.outcome) {
    case "reserved":
    case "order_ended":
      return { end: "replayed", ticket: answer.ticket, outcome: answer.outcome };
    case "processing":
      return { end: "unsure", ticket: null, outcome: "processing" };
    case "unavailable":
      return passing("unavailable", "unsure");
    case "paused":
      return passing("paused", end);
    case "busy":
      return passing("busy", "failed");
    case "already_bought":
      return answer.ticket === ticket
        ? failed("not_back_yet", "The piece of the refused ticket is not back yet: ask again")
        : failed("already_bought", `The buyer holds ${answer.ticket}`);
    default:
      return {
        ...failed(answer.outcome, `The buyer cannot have it: ${answer.outcome}`),
        ...(answer.outcome === "unknown_item" ? { end } : {}),
      };
  }
}

function failed(reason: string, detail: string): Tried {
  return { end: "failed", ticket: null, answer: conflict(reason, detail) };
}

function passing(code: "paused" | "busy" | "unavailable", end: ReplayEnd): Tried {
  return { end, ticket: null, answer: { kind: "passing", code } };
}

function conflict(reason: string, detail: string): Extract<Decided, { kind: "conflict" }> {
  return { kind: "conflict", reason, detail };
}
