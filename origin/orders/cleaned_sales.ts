import type { Sql } from "../database/database.ts";

/**
 * Whether a sale was cleaned up: its ledgers, inbox and events are gone, and nobody opens its items
 * any more. Asked under the lock of an item, it is as true as the item's epoch: both are set together.
 */
export async function isCleaned(sql: Sql, saleId: number): Promise<boolean> {
  const rows = await sql.query(
    "SELECT 1 FROM sale WHERE id = ? AND cleaned_at IS NOT NULL",
    [saleId],
  );
  return rows.length > 0;
}
