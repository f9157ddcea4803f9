import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import type { Sql } from "../database/database.ts";

/** Copies that may exist at once: one rehearsal runs at a time, and a few may wait to be removed. */
const MAX_COPIES = 100;

/** The copies of sales that exist now: what lists of orders and events leave out. */
export async function existingCopies(sql: Sql): Promise<number[]> {
  const rows = await sql.query<{ copy_sale_id: number }>(
    `SELECT copy_sale_id FROM rehearsal
      WHERE copy_sale_id IS NOT NULL AND removed_at IS NULL
      ORDER BY copy_sale_id LIMIT ${MAX_COPIES}`,
  );
  return rows.map((row) => row.copy_sale_id);
}

/**
 * True for an item of a copy that was removed. The queue may hand out a message a second time long
 * after it was written, and nobody waits for the tickets of a rehearsal that is over.
 */
export async function isOfRemovedCopy(sql: Sql, item: ItemKey): Promise<boolean> {
  const rows = await sql.query(
    "SELECT id FROM rehearsal WHERE copy_sale_id = ? AND removed_at IS NOT NULL LIMIT 1",
    [parseItemKey(item).saleId],
  );
  return rows.length > 0;
}

/** The rows of `orders` that are of no copy, for a list that names no sale; null: all are. */
export async function notOfCopies(
  sql: Sql,
): Promise<{ condition: string; params: number[] } | null> {
  const copies = await existingCopies(sql);
  if (copies.length === 0) return null;
  const marks = copies.map(() => "?").join(", ");
  // In a form that no index is chosen for: it leaves out a few of many.
  return { condition: `COALESCE(sale_id, 0) NOT IN (${marks})`, params: copies };
}
