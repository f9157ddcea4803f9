import type { Database, Sql } from "../database/database.ts";
import type { ExpiredHold } from "./unpaid_book.ts";

/** Most rows read at once, whatever the caller asks for. */
const MAX_ROWS = 10_000;

/**
 * Writes down how many holds of these buyers have expired. Each count gets a row of its own, at the
 * end of the table: rows that change would have to be found by an index on every order or on a time,
 * and those who read them would have to trust the clocks of all workers.
 */
export async function noteExpired(
  database: Sql,
  saleId: number,
  counted: { user_id: string; expired: number }[],
  nowMs: number,
): Promise<void> {
  if (counted.length === 0) return;
  const rows = counted.map(({ user_id, expired }) => [saleId, user_id, expired, nowMs]);
  await database.insertMany("expired_hold", ["sale_id", "user_id", "expired", "created_at"], rows);
}

/** `UnpaidBook.expiredHolds`. */
export async function expiredHolds(
  database: Database,
  afterId: number,
  beforeId: number,
  limit: number,
): Promise<ExpiredHold[]> {
  const rows = await database.query<
    { id: number; sale_id: number; user_id: string; expired: number }
  >(
    `SELECT id, sale_id, user_id, expired FROM expired_hold WHERE id > ? AND id < ?
      ORDER BY id DESC LIMIT ?`,
    [afterId, beforeId, Math.min(Math.max(1, Math.trunc(limit)), MAX_ROWS)],
  );
  return rows.map(({ id, sale_id, user_id, expired }) => ({
    id,
    saleId: sale_id,
    userId: user_id,
    expired,
  }));
}
