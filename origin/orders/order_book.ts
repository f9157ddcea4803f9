import type { OrderStatus } from "../../shared/internal_api.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import type { ItemTerms, Reservation } from "../ledger/stock_ledger.ts";
import type { OrderReader } from "./order_reader.ts";

/** What the order book holds of a ticket: an order, or a recorded refusal. Times in ms. */
export interface OrderRecord {
  ticket: string;
  item: ItemKey;
  userId: string;
  seq: number;
  quantity: number;
  requestId: string;
  /** Minor units: the item's price when the row was written, times the quantity. */
  amount: number;
  currency: string;
  status: Exclude<OrderStatus, "processing">;
  /** Why not: `late`, `unwritable`, `ledger_wrong`, …; null while nothing speaks against it. */
  reason: string | null;
  payBy: number;
  createdAt: number;
}

/** What became of a message. */
export type WriteOutcome =
  /** Every ticket of it has a row now. */
  | { kind: "written"; orders: number; refused: number }
  /** This message id and content were written before; nothing was done. */
  | { kind: "known" }
  /** This message id was written before with another content; nothing was done. */
  | { kind: "content_clash" }
  /**
   * A ticket breaks the last guard (stock, or a second live order of its buyer): nothing was
   * written; the message has to be written one by one.
   */
  | { kind: "guard" };

/** What became of a message that was written ticket by ticket. */
export interface SplitOutcome {
  orders: number;
  refused: number;
  /** Tickets that the database would not take; each is refused, parked, and its stock returns. */
  parked: string[];
  /** Tickets that showed the ledger wrong; their item was closed for recovery. */
  clashes: string[];
}

/** A change of stock that the ledger still has to hear of, or has heard of. */
export interface StockEvent extends ItemEpoch {
  id: string;
  /** `restock` and `drop` end the reservation of `ticket`; the others are an operator's. */
  kind: "restock" | "drop" | "top_up" | "take_back";
  ticket: string | null;
  delta: number;
}

/** What became of a request to change stock. */
export type StockRequest =
  | { kind: "accepted"; event: StockEvent }
  /** The item is being recovered or is not open: ask again in a moment. */
  | { kind: "recovering" }
  /** Less than that is unsold, or the stock is unlimited, or it would leave 0…10⁹. */
  | { kind: "refused"; reason: string }
  | { kind: "unknown_item" };

/** The row that fences everything of an item. */
export interface ItemState {
  item: ItemKey;
  /** Put on sale; −1 is unlimited. */
  stock: number;
  /** Live quantity: unpaid and paid. */
  sold: number;
  /** The highest epoch that was begun. */
  epoch: number;
  /** The epoch of the last snapshot; what is older is late. */
  ledgerEpoch: number;
  /** The epoch that origins use; 0 while closed. */
  openEpoch: number;
  /** The highest epoch whose barrier a worker has met. */
  drainedEpoch: number;
  paused: boolean;
  price: number;
  currency: string;
}

/** What a new life of the ledger begins with, read under the item's row lock. */
export interface LedgerSnapshot {
  /** Pieces left; −1 is unlimited. */
  remaining: number;
  terms: ItemTerms;
}

/** Sums over the rows of an item, recomputed. Quantities, not rows. */
export interface ItemTotals {
  item: ItemKey;
  unpaid: number;
  paid: number;
  cancelled: number;
  refused: number;
  refundDue: number;
  refunded: number;
}

/** A page of a list; `total` counts all records. */
export interface Page<T> {
  items: T[];
  page: number;
  per: number;
  total: number;
}

/** Which orders to list; a filter that is left out lets all through. */
export interface OrderFilter {
  saleId?: number;
  status?: OrderRecord["status"];
  userId?: string;
}

/**
 * The record: what was sold to whom, exactly once. All writing operations are one transaction
 * each; they throw `DatabaseError` when it did not happen.
 */
export interface OrderBook extends OrderReader {
  /**
   * Records a batch: inbox row, orders `unpaid`, sold counter, in one transaction under the item's
   * row lock. A batch of an epoch older than the item's `ledgerEpoch` becomes `refused` rows
   * (`late`) instead. Tickets that have a row are left as they are. Throws `invalid` when the
   * database will not take a ticket: the batch then has to be written singly.
   */
  writeOrders(message: OrderMessage, content: string): Promise<WriteOutcome>;

  /** The same for a batch that would not go through in one piece: one transaction per ticket. */
  writeOrdersSingly(message: OrderMessage, content: string): Promise<SplitOutcome>;

  /** Keeps a message that nobody can read, for an operator to look at. Once per content. */
  parkMessage(messageId: string, content: string, reason: string): Promise<void>;

  /** The rows of tickets, null where there is none, in the order asked. */
  findOrders(tickets: string[]): Promise<(OrderRecord | null)[]>;

  /** Orders, newest first. `page` ≥ 1, `per` 1–200. */
  listOrders(filter: OrderFilter, page: number, per: number): Promise<Page<OrderRecord>>;

  /** Stock events that the ledger has not answered, oldest first. */
  pendingStockEvents(limit: number): Promise<StockEvent[]>;

  /**
   * Writes down what the ledger answered: `done`, or `void` for a take-back that it refused or
   * whose epoch is over. A take-back that is done lowers the item's stock here in the same
   * transaction; one whose epoch is no longer the item's `ledgerEpoch` becomes void instead.
   * Returns the state that each event really got.
   */
  finishStockEvents(
    results: { id: string; state: "done" | "void" }[],
  ): Promise<("done" | "void")[]>;

  /** An operator's change of stock; `changeId` makes a repeat harmless. */
  requestStockChange(item: ItemKey, changeId: string, delta: number): Promise<StockRequest>;

  /** The fencing rows; null for items that do not exist. */
  readItems(items: ItemKey[]): Promise<(ItemState | null)[]>;

  /**
   * Items whose `openEpoch` is 0, of sales that were published, until 30 days after their end, or for
   * as long as stock events wait for their ledger. Never those of a sale that was cleaned up.
   */
  itemsToOpen(): Promise<ItemState[]>;

  /** Closes an item whose open epoch is still this one: it will be recovered. */
  closeItems(items: ItemEpoch[]): Promise<void>;

  /** Step 1 of an opening: `epoch += 1, open_epoch = 0`; the new epoch is the caller's token. */
  raiseEpoch(item: ItemKey): Promise<number>;

  /** A worker met the barrier of an epoch. */
  markDrained(item: ItemEpoch): Promise<void>;

  /**
   * Step 5: under the row lock, `ledger_epoch = epoch`, and what is left. Null when the epoch is no
   * longer the item's highest (the caller has lost its token), or when the sale was cleaned up.
   */
  snapshotLedger(item: ItemEpoch): Promise<LedgerSnapshot | null>;

  /**
   * The reservations that the ledger of this epoch starts with: one per user, the live order if
   * there is one, else the latest ended one (dead), so that its request id stays used. An order
   * that was cancelled after the snapshot, so that its restock event carries this epoch, counts as
   * live: its event will release it. Ordered by user, the users after `afterUserId`.
   */
  listReservations(item: ItemEpoch, afterUserId: string, limit: number): Promise<Reservation[]>;

  /** Step 8: `open_epoch = epoch`; false when the epoch is not the highest, or has no snapshot. */
  markOpen(item: ItemEpoch): Promise<boolean>;

  /** Runs `work` while no other process holds the item's coordinator lock; false when one does. */
  withCoordinatorLock(item: ItemKey, work: () => Promise<void>): Promise<boolean>;

  /** Sums per item of a sale. */
  totals(saleId: number): Promise<ItemTotals[]>;

  /** One page of an item's rows in ticket order of insertion, for the proof. */
  listTickets(
    item: ItemKey,
    afterId: number,
    limit: number,
  ): Promise<{ id: number; order: OrderRecord; live: boolean }[]>;
}
