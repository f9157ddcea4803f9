import type { ItemKey } from "../../shared/item.ts";

/** Why an unpaid order was ended: its time to pay was over, or somebody asked for it. */
export type CancelReason = "expired" | "by_buyer" | "by_operator";

/**
 * What became of a wish to cancel. `not_due`: `expired` was asked before `payBy`. `not_unpaid`: it
 * is paid, cancelled or refused already. Only `cancelled` changed anything.
 */
export type CancelOutcome = "cancelled" | "not_due" | "not_unpaid" | "no_order";

/** A buyer who may hold nothing in a sale any more; ids rise in the order of the entries. */
export interface BarredBuyer {
  id: number;
  saleId: number;
  userId: string;
}

/** How many holds of a buyer had expired in a sale when one more did; ids rise with time. */
export interface ExpiredHold {
  id: number;
  saleId: number;
  userId: string;
  expired: number;
}

/** Since when an item may be sold out, and when an unpaid order of it ends, ms; null: unknown. */
export interface SoldOutTime {
  soldOutAt: number | null;
  mayReturnAt: number | null;
}

/**
 * The part of the order book that ends unpaid orders. Operations are one transaction per item; they
 * throw `DatabaseError` when it did not happen.
 */
export interface UnpaidBook {
  /**
   * Tickets of unpaid orders whose `payBy` is over, the longest overdue first; at most 10,000.
   * Without those of some items, at most 100: they cannot be written at the moment.
   */
  dueTickets(limit: number, notOf?: ItemKey[]): Promise<string[]>;

  /**
   * Ends orders that are still unpaid, under the item's row lock and in one transaction:
   * `unpaid → cancelled` with the reason, `live = NULL`, `sold −= quantity`, and a restock event
   * stamped with `ledger_epoch`. An order that is not unpaid is left alone. A buyer whose holds
   * expired `max_expired_holds` times in the sale is barred right after it. In the order asked.
   */
  cancelOrders(tickets: string[], reason: CancelReason): Promise<CancelOutcome[]>;

  /** Barred buyers of sales that are not over, with an id above `afterId`, in the order of ids. */
  barredBuyers(afterId: number, limit: number): Promise<BarredBuyer[]>;

  /**
   * What was counted when holds expired, of all sales, with ids between the two, newest first; at
   * most 10,000. Of one buyer and sale the highest count holds.
   */
  expiredHolds(afterId: number, beforeId: number, limit: number): Promise<ExpiredHold[]>;

  /**
   * When the newest order of each item was written, and the earliest `payBy` of its unpaid ones;
   * for items that are sold out. At most 100 items; the second only where it is among the next
   * 1,000 of all sales.
   */
  soldOutTimes(items: ItemKey[]): Promise<SoldOutTime[]>;
}
