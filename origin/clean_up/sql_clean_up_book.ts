import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { Database } from "../database/database.ts";
import type { ItemTotals } from "../orders/order_book.ts";
import type { CleanUpBook, RemainKind } from "./clean_up_book.ts";
import { keptOrders } from "./kept_orders.ts";
import { readFacts, removeRows } from "./clean_up_rows.ts";
import { fenceSale } from "./fence_sale.ts";

/** Cleaning up in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlCleanUpBook implements CleanUpBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  facts(saleId: number) {
    return readFacts(this.database, saleId);
  }

  fence(saleId: number, expected: ItemTotals[]) {
    return fenceSale(this.database, this.clock, saleId, expected);
  }

  /** The lock is that of `OrderBook.withCoordinatorLock`. */
  async isLeftAlone(item: ItemKey): Promise<boolean> {
    const held = await this.database.withLock(`coordinator ${item}`, () => Promise.resolve(true));
    return held !== null;
  }

  keptOrders(item: ItemKey, userIds: string[]) {
    return keptOrders(this.database, item, userIds);
  }

  removeRows(saleId: number, kind: RemainKind, from: number) {
    return removeRows(this.database, saleId, kind, from);
  }
}
