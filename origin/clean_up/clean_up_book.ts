import type { ItemKey } from "../../shared/item.ts";
import type { SaleStatus } from "../catalog/catalog.ts";
import type { ItemTotals } from "../orders/order_book.ts";

/** Rows that a clean-up removes. */
export interface Remains {
  /** Messages of the sale that were recorded. */
  inbox: number;
  /** Order events. */
  orderEvents: number;
  /** Counts of expired holds, and buyers who were barred for them. */
  expiredHolds: number;
  barredBuyers: number;
}

/** A shop that reads the feed now and then reads it within this time, ms. */
export const READ_WITHIN_MS = 7 * 24 * 60 * 60_000;

/** Which rows to remove. */
export type RemainKind = keyof Remains;

/** What the database says of a sale that may be cleaned up. Times in ms. */
export interface CleanUpFacts {
  saleId: number;
  status: SaleStatus;
  endsAt: number;
  /** Since when the sale is fenced; null before. */
  cleanedAt: number | null;
  /** Orders that are not paid, changes of stock that the ledger has not heard of, parked messages. */
  unpaid: number;
  pendingStockEvents: number;
  parkedMessages: number;
  /** Order events that the shop's webhook has still to be told, or was told in vain. */
  undelivered: number;
  /**
   * Order events that the shop may not have read: there is no webhook that told them, and they are
   * younger than `READ_WITHIN_MS`; and when the last of them is not any more, null without one.
   */
  youngEvents: number;
  youngUntil: number | null;
  /** Order events that are not in the numbers behind the lists of orders yet. */
  uncounted: number;
  remains: Remains;
}

/**
 * `fenced`: done, now or before. `changed`: the orders are not those of the proof any more, or
 * something stands in the way. `open`: the sale is not closed.
 */
export type FenceOutcome = "fenced" | "changed" | "open" | "not_found";

/** Where removing goes on: behind this row, for order events among those of this product. */
export interface RowPlace {
  productId: number;
  id: number;
}

/** Where removing begins. */
export const FIRST_ROWS: RowPlace = { productId: 0, id: 0 };

/** Which rows go. */
export interface RowRemoval {
  kind: RemainKind;
  from: RowPlace;
  /** Order events go too that the shop may not have read. */
  dropEvents: boolean;
}

/** One step of removing: how many rows went, and where the next begins; null when none is left. */
export interface RemovedRows {
  removed: number;
  next: RowPlace | null;
}

/** Whose orders of an item are asked for. */
export interface KeptUsers {
  item: ItemKey;
  userIds: string[];
}

/** What a buyer's request became, for whoever asks again after the ledger is gone. */
export interface KeptOrder {
  item: ItemKey;
  userId: string;
  requestId: string;
  ticket: string;
  quantity: number;
  /** Unpaid or paid. */
  live: boolean;
  /** ms. */
  payBy: number;
}

/** What cleaning up does in the database. Operations throw `DatabaseError` when they did not happen. */
export interface CleanUpBook {
  /** Null for an unknown sale. */
  facts(saleId: number): Promise<CleanUpFacts | null>;

  /**
   * Fences a closed sale for good, in one transaction under the locks of the sale and of all its
   * items: `cleaned_at` is set, and every item gets a new epoch that is its `ledger_epoch` too and
   * that nobody ever opens.
   *
   * From this commit on a message of the sale that comes late, once more or for the first time, makes
   * nothing twice although its inbox row is gone. No ledger was ever opened in the new epoch, so
   * every message there is has an older one and is late; late messages make no orders, and the unique
   * tickets, which stay, keep every row as it is. A ticket that has no row gets a refusal. A worker
   * that is opening an item at that moment has an older epoch, or finds `cleaned_at` when it takes
   * its snapshot, and gives up.
   *
   * @param expected the sums of the proof that is kept; nothing is fenced while there are others
   */
  fence(saleId: number, expected: ItemTotals[]): Promise<FenceOutcome>;

  /** True when no worker is opening the item: none that began before the fence is left then. */
  isLeftAlone(item: ItemKey): Promise<boolean>;

  /** The orders of some users, one per item and request: the newest. At most 512 users in all. */
  keptOrders(wanted: KeptUsers[]): Promise<KeptOrder[]>;

  /** Removes some rows of one kind of a fenced sale; begin with `FIRST_ROWS`. Can be repeated. */
  removeRows(saleId: number, removal: RowRemoval): Promise<RemovedRows>;
}
