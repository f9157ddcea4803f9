import type { Clock } from "../../shared/clock.ts";
import type {
  BuyAnswer,
  InternalAnswers,
  InternalBuy,
  InternalBuys,
} from "../../shared/internal_api.ts";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { CatalogRegistry } from "../buy/sale_registry.ts";
import type { CleanUpBook, KeptOrder } from "./clean_up_book.ts";

/** Longest that a batch waits for kept orders, ms; a database that is there takes a few. */
export const READ_TIMEOUT_MS = 300;

/** What is left of the caller's time for the way back, ms. */
const WAY_BACK_MS = 100;

/** After a failure the database is left alone for so long, ms. */
export const REST_MS = 1_000;

/** Reads under way at once: one that nobody waits for any more may still hold a connection. */
const MAX_READS = 8;

/** What answers for sales without a ledger. */
export interface KeptAnswersParts {
  registry: Pick<CatalogRegistry, "find">;
  cleanUpBook: Pick<CleanUpBook, "keptOrders">;
  clock: Clock;
  log: Log;
}

/** A buy of an item whose sale was cleaned up, and where its answer belongs. */
interface KeptBuy {
  item: ItemKey;
  buy: InternalBuy;
  at: number;
}

/**
 * A desk that also answers for sales that were cleaned up. Their ledgers are gone, so the desk behind
 * it says `paused`; but the same request once more must give the same ticket for as long as the sale
 * is shown to buyers, 30 days after its end, and whoever has none must hear that it is over.
 *
 * The answers of a batch leave together, so the database is asked while the ledger decides the other
 * buys, and never for longer than a share of the batch's time: after that, and while the database
 * does not answer, these buys alone hear `unavailable`.
 */
export class KeptAnswers implements BuyDesk {
  #reading = 0;
  #restsUntil = 0;

  constructor(readonly desk: BuyDesk, readonly parts: KeptAnswersParts) {}

  async decide(request: InternalBuys): Promise<InternalAnswers> {
    const kept = this.#find(request);
    if (kept.length === 0) return await this.desk.decide(request);
    const [result, orders] = await Promise.all([
      this.desk.decide(request),
      this.#read(kept, request.budgetMs),
    ]);
    for (const { item, buy: [, , userId, quantity, requestId], at } of kept) {
      result.answers[at] = orders === null
        ? { outcome: "unavailable" }
        : answerOf(orders.get(nameOf({ item, userId, requestId })), quantity);
    }
    return result;
  }

  /** The registry says both of an item at once: that its sale is cleaned, and that it is not open. */
  #find({ buys }: InternalBuys): KeptBuy[] {
    return buys.flatMap((buy, at) => {
      const item = itemKey(buy[0], buy[1]);
      return this.parts.registry.find(item)?.sale.isCleaned === true ? [{ item, buy, at }] : [];
    });
  }

  /** Null when the database could not say it in time. */
  async #read(kept: KeptBuy[], budgetMs: number): Promise<Map<string, KeptOrder> | null> {
    const { cleanUpBook, clock, log } = this.parts;
    const timeoutMs = Math.min(READ_TIMEOUT_MS, budgetMs - WAY_BACK_MS);
    if (timeoutMs <= 0 || this.#reading >= MAX_READS || clock() < this.#restsUntil) return null;
    const users = Map.groupBy(kept, ({ item }) => item);
    const wanted = [...users].map(([item, buys]) => {
      return { item, userIds: [...new Set(buys.map(({ buy }) => buy[2]))] };
    });
    this.#reading += 1;
    const reading = cleanUpBook.keptOrders(wanted).finally(() => {
      this.#reading -= 1;
    });
    try {
      const orders = await withDeadline(reading, timeoutMs, "reading kept orders");
      return new Map(orders.map((one) => [nameOf(one), one]));
    } catch (error) {
      // A caller in a hurry says nothing about the database.
      if (!(error instanceof DeadlineError) || timeoutMs === READ_TIMEOUT_MS) {
        this.#restsUntil = clock() + REST_MS;
      }
      log.warning("Cannot read kept orders: {error}", { error: String(error) });
      return null;
    }
  }
}

function nameOf({ item, userId, requestId }: Pick<KeptOrder, "item" | "userId" | "requestId">) {
  return `${item} ${userId} ${requestId}`;
}

/** As the ledger would have answered. */
function answerOf(order: KeptOrder | undefined, quantity: number): BuyAnswer {
  if (order === undefined) return { outcome: "ended" };
  const { ticket, payBy } = order;
  if (order.quantity !== quantity) return { outcome: "idempotency_mismatch", ticket };
  return order.live
    ? { outcome: "reserved", ticket, payBy, repeat: true }
    : { outcome: "order_ended", ticket };
}
