import { type ItemKey, itemKey, parseItemKey } from "../../shared/item.ts";
import type { Sql } from "../database/database.ts";
import type { SoldOutTime } from "./unpaid_book.ts";

/** Most items of one call, whatever the caller asks for. */
const MAX_ITEMS = 100;

/**
 * Of so many unpaid orders, the first to end, the items are looked for. An item that is not among
 * them has no known time: an index of its own would cost every order that is written.
 */
const MAX_DUE = 1_000;

/** `UnpaidBook.soldOutTimes`: one short piece of an index, and one end of another per item. */
export async function soldOutTimes(sql: Sql, items: ItemKey[]): Promise<SoldOutTime[]> {
  const returns = await nextReturns(sql);
  const times: SoldOutTime[] = [];
  for (const item of items.slice(0, MAX_ITEMS)) {
    const soldOutAt = await lastOrderAt(sql, item);
    times.push({ soldOutAt, mayReturnAt: returns.get(item) ?? null });
  }
  return times;
}

/** The earliest `pay_by` of the items that have one of the next orders to end. */
async function nextReturns(sql: Sql): Promise<Map<ItemKey, number>> {
  const rows = await sql.query<{ sale_id: number; product_id: number; pay_by: number }>(
    `SELECT sale_id, product_id, pay_by FROM orders WHERE status = 'unpaid'
      ORDER BY pay_by LIMIT ${MAX_DUE}`,
  );
  const returns = new Map<ItemKey, number>();
  for (const row of rows) {
    const item = itemKey(row.sale_id, row.product_id);
    if (!returns.has(item)) returns.set(item, row.pay_by);
  }
  return returns;
}

/** When the newest order of an item was written: what is gone went with it. */
async function lastOrderAt(sql: Sql, item: ItemKey): Promise<number | null> {
  const { saleId, productId } = parseItemKey(item);
  // In two steps: with ORDER BY id DESC LIMIT 1 MariaDB may walk the orders of other sales.
  const [newest] = await sql.query<{ id: number | null }>(
    "SELECT MAX(id) AS id FROM orders WHERE sale_id = ? AND product_id = ?",
    [saleId, productId],
  );
  if (newest === undefined || newest.id === null) return null;
  const [order] = await sql.query<{ created_at: number }>(
    "SELECT created_at FROM orders WHERE id = ?",
    [newest.id],
  );
  return order?.created_at ?? null;
}
