import type {
  BuyAnswer,
  InternalAnswers,
  InternalBuy,
  InternalBuys,
} from "../../shared/internal_api.ts";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { CatalogRegistry } from "../buy/sale_registry.ts";
import type { CleanUpBook, KeptOrder } from "./clean_up_book.ts";

/** What answers for sales without a ledger. */
export interface KeptAnswersParts {
  registry: Pick<CatalogRegistry, "find">;
  cleanUpBook: Pick<CleanUpBook, "keptOrders">;
  log: Log;
}

/** A buy of an item whose sale was cleaned up, and where its answer belongs. */
interface KeptBuy {
  buy: InternalBuy;
  at: number;
}

/**
 * A desk that also answers for sales that were cleaned up. Their ledgers are gone, so the desk behind
 * it says `paused`; but the same request once more must give the same ticket for as long as anybody
 * asks, and whoever has none must hear that the sale is over. Buys of any other sale cost nothing.
 */
export class KeptAnswers implements BuyDesk {
  constructor(readonly desk: BuyDesk, readonly parts: KeptAnswersParts) {}

  async decide(request: InternalBuys): Promise<InternalAnswers> {
    const result = await this.desk.decide(request);
    const kept = new Map<ItemKey, KeptBuy[]>();
    result.answers.forEach((answer, at) => {
      if (answer.outcome !== "paused") return;
      const buy = request.buys[at]!;
      const item = itemKey(buy[0], buy[1]);
      if (this.parts.registry.find(item)?.sale.isCleaned !== true) return;
      const others = kept.get(item);
      if (others) others.push({ buy, at });
      else kept.set(item, [{ buy, at }]);
    });
    for (const [item, buys] of kept) await this.#answer(item, buys, result.answers);
    return result;
  }

  async #answer(item: ItemKey, buys: KeptBuy[], answers: BuyAnswer[]): Promise<void> {
    const { cleanUpBook, log } = this.parts;
    try {
      const users = [...new Set(buys.map(({ buy }) => buy[2]))];
      const orders = new Map(
        (await cleanUpBook.keptOrders(item, users)).map((one) => [nameOf(one), one]),
      );
      for (const { buy, at } of buys) {
        const [, , userId, quantity, requestId] = buy;
        answers[at] = answerOf(orders.get(nameOf({ userId, requestId })), quantity);
      }
    } catch (error) {
      log.warning("Cannot read kept orders: {error}", { error: String(error) });
      for (const { at } of buys) answers[at] = { outcome: "unavailable" };
    }
  }
}

function nameOf({ userId, requestId }: Pick<KeptOrder, "userId" | "requestId">): string {
  return `${userId} ${requestId}`;
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
