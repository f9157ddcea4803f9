import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { Database } from "../database/database.ts";
import type { ItemTotals } from "../orders/order_book.ts";
import type { CleanUpBook, KeptUsers, RowRemoval } from "./clean_up_book.ts";
import { keptOrders } from "./kept_orders.ts";
import { readFacts, removeRows } from "./clean_up_rows.ts";
import { fenceSale } from "./fence_sale.ts";

/** Cleaning up in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlCleanUpBook implements CleanUpBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  facts(saleId: number) {
    return readFacts(this.database, this.clock(), saleId);
  }

  fence(saleId: number, expected: ItemTotals[]) {
    return fenceSale(this.database, this.clock, saleId, expected);
  }

  /** The lock is that of `OrderBook.withCoordinatorLock`. */
  async isLeftAlone(item: ItemKey): Promise<boolean> {
    const held = await this.database.withLock(`coordinator ${item}`, () => Promise.resolve(true));
    return held !== null;
  }

  keptOrders(wanted: KeptUsers[]) {
    return keptOrders(this.database, wanted);
  }

  removeRows(saleId: number, removal: RowRemoval) {
    return removeRows(this.database, this.clock(), saleId, removal);
  }
}
