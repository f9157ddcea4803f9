import type { Clock } from "../../shared/clock.ts";
import type {
  BuyAnswer,
  InternalAnswers,
  InternalBuy,
  InternalBuys,
} from "../../shared/internal_api.ts";
import { type ItemKey, itemKey, parseItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import { formatTicket } from "../../shared/ticket.ts";
import type {
  DecidingLedger,
  Decision,
  OutboxMessage,
  ReserveBatch,
  ReserveOutcome,
  WishPass,
} from "../ledger/stock_ledger.ts";
import type { PublishingQueue } from "../queue/order_queue.ts";
import type { CatalogRegistry, RegisteredItem } from "./sale_registry.ts";

/** How long the buyers of a batch wait for the queue's confirm before they hear `processing`. */
export const CONFIRM_TIMEOUT_MS = 1_000;

/** Settles under way at once; what is above waits for the relay. */
const MAX_SETTLES = 64;

/** Decides batches of buys: the whole way from a wish to a promise. */
export interface BuyDesk {
  decide(request: InternalBuys): Promise<InternalAnswers>;
}

/** Why a buyer may get nothing new at the moment, whatever the ledger has. */
export type Restriction = "busy" | "blocked";

/**
 * Says whether a buyer may get something new. One who may not is only looked up, so that he still
 * hears of the ticket that he has, and hears the restriction where there is none. Must not wait.
 */
export type Restrict = (saleId: number, userId: string) => Restriction | null;

/** What the desk works with. */
export interface BuyDeskParts {
  ledger: DecidingLedger;
  queue: PublishingQueue;
  registry: Pick<CatalogRegistry, "find" | "distrust">;
  /** Left out: everybody may buy. */
  restrict?: Restrict;
  clock: Clock;
  log: Log;
}

/** The buys of one batch that are for the same item, and where their answers belong. */
interface ItemGroup {
  known: RegisteredItem;
  batch: ReserveBatch;
  positions: number[];
  /** By place in the batch: what to say where a look-up of a restricted buyer finds nothing. */
  restrictions: Map<number, Restriction>;
}

/**
 * The buy path of the origin: one ledger call, one publish and one settle per batch and item.
 * "Reserved" is said only after the ledger recorded it and the queue confirmed it.
 */
export class BatchBuyDesk implements BuyDesk {
  #settling = 0;

  constructor(readonly parts: BuyDeskParts) {}

  async decide(request: InternalBuys): Promise<InternalAnswers> {
    const { ledger, queue, registry, clock } = this.parts;
    const deadline = clock() + request.budgetMs;
    const answers = new Array<BuyAnswer>(request.buys.length);
    const result: InternalAnswers = { answers, stock: [] };

    const groups = groupByItem(request, this.parts, answers);
    if (groups.length === 0) return result;
    if (!ledger.isUp() || !queue.isUp()) {
      for (const group of groups) answerAll(answers, group, { outcome: "unavailable" });
      return result;
    }

    let outcomes: ReserveOutcome[];
    try {
      outcomes = await ledger.reserve(groups.map((group) => group.batch), request.budgetMs);
    } catch (error) {
      this.parts.log.warning("Cannot reach the ledger: {error}", { error: String(error) });
      for (const group of groups) answerAll(answers, group, { outcome: "unavailable" });
      return result;
    }

    const messages = outcomes.flatMap((outcome) =>
      outcome.kind === "decided" ? outcome.messages : []
    );
    const confirmed = await this.#handOver(messages, deadline);
    groups.forEach((group, at) => {
      const outcome = outcomes[at]!;
      if (outcome.kind === "closed") registry.distrust(group.batch);
      answerGroup(answers, group, outcome, confirmed);
      if (outcome.kind === "decided") {
        result.stock.push({ ...parseItemKey(group.batch.item), stock: outcome.remaining });
      }
    });
    return result;
  }

  /** Publishes the batch's messages and returns the ids of those that are confirmed and routed. */
  async #handOver(messages: OutboxMessage[], deadline: number): Promise<Set<string>> {
    const confirmed = new Set<string>();
    if (messages.length === 0) return confirmed;
    const { queue, registry, clock, log } = this.parts;
    // Leave the way back its share of the caller's time.
    const timeoutMs = Math.max(1, Math.min(CONFIRM_TIMEOUT_MS, deadline - clock() - 100));
    const outcomes = await queue.publish(messages, timeoutMs).catch((error: unknown) => {
      log.warning("Cannot publish: {error}", { error: String(error) });
      return [];
    });
    const settled: OutboxMessage[] = [];
    messages.forEach((message, at) => {
      if (outcomes[at] === "confirmed") {
        confirmed.add(message.messageId);
        settled.push(message);
      } else if (outcomes[at] === "returned") {
        registry.distrust(message);
      }
    });
    if (settled.length > 0) this.#settle(settled);
    return confirmed;
  }

  /** Off the response path; whatever is not settled here is settled by the relay. */
  #settle(messages: OutboxMessage[]): void {
    if (this.#settling >= MAX_SETTLES) return;
    this.#settling += 1;
    this.parts.ledger.settle(messages)
      .catch((error: unknown) => {
        this.parts.log.warning("Cannot settle, the relay will: {error}", { error: String(error) });
      })
      .finally(() => {
        this.#settling -= 1;
      });
  }
}

/** Sorts the buys by item; those that need no ledger are answered at once. */
function groupByItem(
  request: InternalBuys,
  { registry, restrict }: Pick<BuyDeskParts, "registry" | "restrict">,
  answers: BuyAnswer[],
): ItemGroup[] {
  const groups = new Map<ItemKey, ItemGroup>();
  request.buys.forEach((buy, at) => {
    const [saleId, productId, userId, quantity, requestId, lookupOnly] = buy;
    const key = itemKey(saleId, productId);
    let group = groups.get(key);
    if (!group) {
      const known = registry.find(key);
      if (!known) {
        answers[at] = { outcome: "unknown_item" };
        return;
      }
      if (known.openEpoch === 0) {
        answers[at] = { outcome: "paused" };
        return;
      }
      const batch = { item: key, epoch: known.openEpoch, requests: [] };
      group = { known, batch, positions: [], restrictions: new Map() };
      groups.set(key, group);
    }
    const restriction = lookupOnly === 1 ? null : restrict?.(saleId, userId) ?? null;
    if (restriction !== null) group.restrictions.set(group.positions.length, restriction);
    const looksUp = lookupOnly === 1 || restriction !== null;
    const pass = looksUp ? null : passOf(buy, group.known);
    group.batch.requests.push({ userId, requestId, quantity, lookupOnly: looksUp, pass });
    group.positions.push(at);
  });
  return [...groups.values()];
}

/** The pass that a buy brings; it counts once for all items of the sale. */
function passOf(buy: InternalBuy, { sale }: RegisteredItem): WishPass | null {
  if (buy.length === 6) return null;
  return { passId: buy[6], expiresAt: buy[7], isShared: sale.items.length > 1 };
}

function answerAll(answers: BuyAnswer[], group: ItemGroup, answer: BuyAnswer): void {
  for (const at of group.positions) answers[at] = answer;
}

function answerGroup(
  answers: BuyAnswer[],
  group: ItemGroup,
  outcome: ReserveOutcome,
  confirmed: Set<string>,
): void {
  switch (outcome.kind) {
    case "closed":
      return answerAll(answers, group, { outcome: "paused" });
    case "late":
      return answerAll(answers, group, { outcome: "unavailable" });
    case "busy":
      return answerAll(answers, group, { outcome: "busy" });
    case "decided":
      group.positions.forEach((at, index) => {
        const { userId } = group.batch.requests[index]!;
        const decision = outcome.decisions[index]!;
        const restriction = group.restrictions.get(index);
        answers[at] = restriction !== undefined && decision.kind === "unknown_buyer"
          ? { outcome: restriction }
          : answerOf(decision, group.batch.item, userId, confirmed);
      });
  }
}

/** The promise is made here: `reserved` only for what the queue has confirmed. */
function answerOf(
  decision: Decision,
  item: ItemKey,
  userId: string,
  confirmed: Set<string>,
): BuyAnswer {
  switch (decision.kind) {
    case "reserved": {
      const ticket = formatTicket(item, userId, decision.seq);
      if (decision.pendingMessage !== null && !confirmed.has(decision.pendingMessage)) {
        return { outcome: "processing", ticket };
      }
      return { outcome: "reserved", ticket, payBy: decision.payBy, repeat: decision.repeat };
    }
    case "already_bought":
    case "order_ended":
    case "idempotency_mismatch":
      return { outcome: decision.kind, ticket: formatTicket(item, userId, decision.seq) };
    case "over_limit":
      return { outcome: "invalid" };
    default:
      return { outcome: decision.kind };
  }
}
