import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Sql } from "../database/database.ts";
import type { ItemTotals, OrderRecord } from "./order_book.ts";

/** Under which name a status is summed up. */
const TOTAL_OF_STATUS: Record<OrderRecord["status"], Exclude<keyof ItemTotals, "item">> = {
  unpaid: "unpaid",
  paid: "paid",
  cancelled: "cancelled",
  refused: "refused",
  refund_due: "refundDue",
  refunded: "refunded",
};

/** `OrderBook.totals`: counted from the rows, not from `sold`. Items without orders are zero. */
export async function totals(database: Sql, saleId: number): Promise<ItemTotals[]> {
  const items = await database.query<{ product_id: number }>(
    "SELECT product_id FROM sale_item WHERE sale_id = ? ORDER BY position",
    [saleId],
  );
  const byItem = new Map<ItemKey, ItemTotals>();
  for (const { product_id } of items) {
    const item = itemKey(saleId, product_id);
    byItem.set(item, {
      item,
      unpaid: 0,
      paid: 0,
      cancelled: 0,
      refused: 0,
      refundDue: 0,
      refunded: 0,
    });
  }
  const sums = await database.query<
    { product_id: number; status: OrderRecord["status"]; quantity: number }
  >(
    `SELECT product_id, status, SUM(quantity) AS quantity FROM orders
      WHERE sale_id = ? GROUP BY product_id, status`,
    [saleId],
  );
  for (const { product_id, status, quantity } of sums) {
    const total = byItem.get(itemKey(saleId, product_id));
    if (total) total[TOTAL_OF_STATUS[status]] = quantity;
  }
  return [...byItem.values()];
}
