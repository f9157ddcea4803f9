import type { ItemEpoch } from "../../shared/item.ts";
import type {
  Decision,
  OutboxMessage,
  OutboxPart,
  Reservation,
  ReserveOutcome,
  ReserveRequest,
  WaitingMessage,
} from "./stock_ledger.ts";
import { describeWaiting, reservedAtOf } from "./waiting_message.ts";

/** The requests as `deduct.lua` takes them: a column per part. */
export function requestColumns(requests: ReserveRequest[], passEnds: number[] = []): string {
  const columns: unknown[][] = [
    requests.map((request) => request.userId),
    requests.map((request) => request.quantity),
    requests.map((request) => request.requestId),
    requests.map((request) => request.lookupOnly ? 1 : 0),
  ];
  if (passEnds.length > 0) columns.push(passEnds);
  return JSON.stringify(columns);
}

/** What `deduct.lua` says of the decisions that need no number. */
const BARE_DECISIONS: Record<string, Decision> = {
  u: { kind: "unknown_buyer" },
  n: { kind: "not_started" },
  e: { kind: "ended" },
  p: { kind: "paused" },
  l: { kind: "over_limit" },
  s: { kind: "sold_out" },
  c: { kind: "captcha_required" },
};

const NUMBERED_DECISIONS = {
  m: "idempotency_mismatch",
  o: "order_ended",
  a: "already_bought",
} as const;

/** The clock of an answer of `deduct.lua`, ms. */
export function replyTime(reply: unknown): number {
  return Number((reply as unknown[])[1]);
}

/** Reads an answer of `deduct.lua`. @throws {TypeError} for a word that it never says. */
export function readOutcome(
  reply: unknown,
  item: ItemEpoch,
  requests: ReserveRequest[],
): ReserveOutcome {
  const [status, , remaining, firstSeq, payBy, words, ...texts] = reply as string[];
  if (status !== "decided") return { kind: status as "closed" | "late" | "busy" };
  const messages: OutboxMessage[] = [];
  for (let at = 0; at < texts.length; at += 2) {
    messages.push({
      item: item.item,
      epoch: item.epoch,
      messageId: texts[at]!,
      content: texts[at + 1]!,
    });
  }
  let seq = Number(firstSeq);
  const own = messages[0]?.messageId ?? null;
  const newPayBy = Number(payBy);
  const decisions = requests.length === 0
    ? []
    : words!.split(" ").map((word, index): Decision =>
      word === "w"
        ? {
          kind: "reserved",
          seq: seq++,
          quantity: requests[index]!.quantity,
          payBy: newPayBy,
          repeat: false,
          pendingMessage: own,
        }
        : readWord(word, requests[index]!.quantity)
    );
  return { kind: "decided", decisions, remaining: Number(remaining), messages };
}

function readWord(word: string, quantity: number): Decision {
  const bare = BARE_DECISIONS[word];
  if (bare) return { ...bare };
  const [letter, seq, payBy, waiting] = word.split(":");
  if (letter === "r") {
    return {
      kind: "reserved",
      seq: Number(seq),
      quantity,
      payBy: Number(payBy),
      repeat: true,
      pendingMessage: waiting || null,
    };
  }
  const kind = NUMBERED_DECISIONS[letter as keyof typeof NUMBERED_DECISIONS];
  if (!kind) throw new TypeError(`Cannot read a decision of deduct.lua: current value is ${word}`);
  return { kind, seq: Number(seq) };
}

/** What may stand in the blank-separated text of a holder without breaking it. */
const MESSAGE_ID_PATTERN = /^[\x21-\x7e]+$/;

/**
 * A reservation as the `holders` hash keeps it: blank-separated, the request id last, because it
 * may hold any visible character. @throws {TypeError} for a message id with blanks.
 */
export function holderText(reservation: Reservation): string {
  const { seq, quantity, live, messageId, payBy, requestId } = reservation;
  if (!MESSAGE_ID_PATTERN.test(messageId)) {
    throw new TypeError(
      `Cannot keep a reservation as its message id must be visible characters: ` +
        `current value is ${JSON.stringify(messageId)}`,
    );
  }
  return `${seq} ${quantity} ${live ? 1 : 0} ${messageId} ${Math.floor(payBy)} ${requestId}`;
}

/** Reads what `holderText` or `deduct.lua` wrote. @throws {TypeError} for anything else. */
export function readHolder(userId: string, text: string): Reservation {
  const match = /^(\d+) (\d+) ([01]) (\S+) (\d+) (.+)$/.exec(text);
  if (!match) throw new TypeError(`Cannot read a reservation: current value is ${text}`);
  return {
    userId,
    seq: Number(match[1]),
    quantity: Number(match[2]),
    requestId: match[6]!,
    messageId: match[4]!,
    live: match[3] === "1",
    payBy: Number(match[5]),
  };
}

/** Reads an answer of `list_outbox.lua`; null when that epoch is not open. */
export function readOutboxPart(reply: unknown, { item, epoch }: ItemEpoch): OutboxPart | null {
  const [status, total, oldest, ...flat] = reply as string[];
  if (status === "closed") return null;
  const messages: WaitingMessage[] = [];
  for (let at = 0; at < flat.length; at += 3) {
    const [messageId, content, sends] = flat.slice(at, at + 3) as [string, string, string];
    messages.push(describeWaiting({ item, epoch, messageId, content }, Number(sends)));
  }
  return { total: Number(total), oldestAt: oldest ? reservedAtOf(oldest) : null, messages };
}

/** Redis' flat lists of names and values as pairs. */
export function pairs(flat: string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let at = 0; at < flat.length; at += 2) result.push([flat[at]!, flat[at + 1]!]);
  return result;
}
