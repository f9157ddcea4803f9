import type { Clock } from "../../shared/clock.ts";
import type { LiveItem } from "../../shared/internal_api.ts";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import type { SoldOutTime, UnpaidBook } from "../orders/unpaid_book.ts";

/** How often the order book is asked about items that are sold out. */
export const SOLD_OUT_TTL_MS = 2_000;

/** Items asked about at a time: the first of the list, which has the newest sales first. */
const MAX_ITEMS = 50;

/** What the times are read from. */
export interface SoldOutParts {
  unpaid: Pick<UnpaidBook, "soldOutTimes">;
  clock: Clock;
  log: Log;
}

/**
 * Since when items are sold out, and when an unpaid order may give a piece back: what a buyer would
 * like to know. Read beside the way of the snapshot, which never waits for the order book.
 */
export class SoldOutTimes {
  readonly #known = new Map<ItemKey, SoldOutTime>();
  #readAt = -Infinity;
  #reading = false;

  constructor(readonly parts: SoldOutParts) {}

  /** The items with the times that are known of those without a piece left. */
  with(live: LiveItem[]): LiveItem[] {
    const soldOut = live.filter(({ stock }) => stock === 0);
    if (soldOut.length === 0) {
      this.#known.clear();
      return live;
    }
    this.#readSoon(soldOut.slice(0, MAX_ITEMS).map(keyOf));
    return live.map((item) => {
      const known = item.stock === 0 ? this.#known.get(keyOf(item)) : undefined;
      if (known === undefined) return item;
      const { soldOutAt, mayReturnAt } = known;
      return {
        ...item,
        ...(soldOutAt === null ? {} : { soldOutAt }),
        ...(mayReturnAt === null ? {} : { mayReturnAt }),
      };
    });
  }

  #readSoon(items: ItemKey[]): void {
    const now = this.parts.clock();
    if (this.#reading || Math.abs(now - this.#readAt) < SOLD_OUT_TTL_MS) return;
    this.#reading = true;
    this.#readAt = now;
    this.parts.unpaid.soldOutTimes(items)
      .then((times) => {
        this.#known.clear();
        items.forEach((item, at) => times[at] && this.#known.set(item, times[at]));
      })
      .catch((error: unknown) => {
        this.parts.log.debug("Cannot read when items sold out: {error}", { error: String(error) });
      })
      .finally(() => {
        this.#reading = false;
      });
  }
}

function keyOf({ saleId, productId }: LiveItem): ItemKey {
  return itemKey(saleId, productId);
}
