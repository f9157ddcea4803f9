import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import { DatabaseError, type Sql } from "../database/database.ts";

/** The row of an item while this transaction holds its lock. */
export interface LockedItem {
  item: ItemKey;
  saleId: number;
  productId: number;
  /** Put on sale; −1 is unlimited. */
  stock: number;
  sold: number;
  epoch: number;
  ledgerEpoch: number;
  openEpoch: number;
  /** Minor units of `currency`. */
  price: number;
  currency: string;
  paymentWindowMs: number;
  /** Of the copy of a sale that a rehearsal sells from: nobody outside is told of its orders. */
  isCopy: boolean;
  /** Of a copy that is being removed: it is not opened any more. */
  isWithdrawn: boolean;
}

interface ItemRow {
  stock: number;
  sold: number;
  epoch: number;
  ledger_epoch: number;
  open_epoch: number;
  price: number;
  currency: string;
  payment_window_s: number;
  /** The status of a copy's sale; null for an item of a sale. */
  copy_status: string | null;
}

/**
 * Locks the row that fences an item until the transaction ends; every transaction that writes about
 * an item begins with this, so that they happen one after the other. Null for an unknown item.
 */
export async function lockItem(tx: Sql, item: ItemKey): Promise<LockedItem | null> {
  const { saleId, productId } = parseItemKey(item);
  // The sale stands in a subquery so that its row is not locked with the item's.
  const [row] = await tx.query<ItemRow>(
    `SELECT i.stock, i.sold, i.epoch, i.ledger_epoch, i.open_epoch, i.price, i.currency,
            (SELECT s.payment_window_s FROM sale s WHERE s.id = i.sale_id) AS payment_window_s,
            (SELECT s.status FROM sale s
              WHERE s.id = i.sale_id AND s.rehearsal_of IS NOT NULL) AS copy_status
       FROM sale_item i WHERE i.sale_id = ? AND i.product_id = ?${tx.forUpdate}`,
    [saleId, productId],
  );
  if (!row) return null;
  return {
    item,
    saleId,
    productId,
    stock: row.stock,
    sold: row.sold,
    epoch: row.epoch,
    ledgerEpoch: row.ledger_epoch,
    openEpoch: row.open_epoch,
    price: row.price,
    currency: row.currency,
    paymentWindowMs: row.payment_window_s * 1000,
    isCopy: row.copy_status !== null,
    isWithdrawn: row.copy_status === "draft",
  };
}

/** The same for callers that cannot go on without it. @throws {DatabaseError} `invalid`. */
export async function lockKnownItem(tx: Sql, item: ItemKey): Promise<LockedItem> {
  const locked = await lockItem(tx, item);
  if (locked) return locked;
  throw new DatabaseError(
    "invalid",
    `Cannot write about an item as it must exist: current value is ${item}`,
  );
}

/**
 * Adds to the live quantity; false, and nothing changed, when the stock does not reach. This is the
 * last guard against overselling.
 */
export async function takeStock(tx: Sql, item: LockedItem, quantity: number): Promise<boolean> {
  const { affectedRows } = await tx.execute(
    `UPDATE sale_item SET sold = sold + ?
      WHERE sale_id = ? AND product_id = ? AND (stock < 0 OR sold + ? <= stock)`,
    [quantity, item.saleId, item.productId, quantity],
  );
  return affectedRows > 0;
}
