import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { Database } from "../database/database.ts";
import { barredBuyers } from "./bar_buyers.ts";
import { cancelOrders, dueTickets } from "./cancel_orders.ts";
import { expiredHolds } from "./expired_holds.ts";
import { soldOutTimes } from "./sold_out_times.ts";
import type { CancelReason, UnpaidBook } from "./unpaid_book.ts";

/** The end of unpaid orders in SQL, the same for MySQL, MariaDB and SQLite. */
export class SqlUnpaidBook implements UnpaidBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  dueTickets(limit: number, notOf: ItemKey[] = []) {
    return dueTickets(this.database, this.clock, limit, notOf);
  }

  cancelOrders(tickets: string[], reason: CancelReason) {
    return cancelOrders(this.database, this.clock, tickets, reason);
  }

  barredBuyers(afterId: number, limit: number) {
    return barredBuyers(this.database, this.clock, afterId, limit);
  }

  expiredHolds(afterId: number, beforeId: number, limit: number) {
    return expiredHolds(this.database, afterId, beforeId, limit);
  }

  soldOutTimes(items: ItemKey[]) {
    return soldOutTimes(this.database, items);
  }
}
