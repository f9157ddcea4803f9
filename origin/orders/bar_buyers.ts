import type { Clock } from "../../shared/clock.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import type { BarredBuyer } from "./unpaid_book.ts";

/** Most barred buyers read at once, whatever the caller asks for. */
const MAX_BARRED = 10_000;

/** `UnpaidBook.barredBuyers`. */
export async function barredBuyers(
  database: Database,
  clock: Clock,
  afterId: number,
  limit: number,
): Promise<BarredBuyer[]> {
  const rows = await database.query<{ id: number; sale_id: number; user_id: string }>(
    `SELECT b.id, b.sale_id, b.user_id
       FROM barred_buyer b JOIN sale s ON s.id = b.sale_id
      WHERE b.id > ? AND s.status <> 'closed' AND s.ends_at > ?
      ORDER BY b.id LIMIT ?`,
    [afterId, clock(), Math.min(Math.max(1, Math.trunc(limit)), MAX_BARRED)],
  );
  return rows.map((row) => ({ id: row.id, saleId: row.sale_id, userId: row.user_id }));
}

/**
 * Bars those of the users whose holds have expired as often as the sale allows. Called after the
 * commit that let a hold expire; counting what is counted already does no harm.
 */
export async function barRepeaters(
  database: Sql,
  saleId: number,
  userIds: string[],
  nowMs: number,
): Promise<void> {
  if (userIds.length === 0) return;
  const [sale] = await database.query<{ max_expired_holds: number }>(
    "SELECT max_expired_holds FROM sale WHERE id = ?",
    [saleId],
  );
  if (!sale) return;
  for (const { marks, values } of inLists([...new Set(userIds)])) {
    const counted = await database.query<{ user_id: string; expired: number }>(
      `SELECT user_id, COUNT(*) AS expired FROM orders
        WHERE user_id IN (${marks}) AND sale_id = ? AND status = 'cancelled' AND reason = 'expired'
        GROUP BY user_id`,
      [...values, saleId],
    );
    const over = counted.filter(({ expired }) => expired >= sale.max_expired_holds);
    for (const { user_id } of over) await bar(database, saleId, user_id, nowMs);
  }
}

/** Nothing happens when the buyer is barred already. */
async function bar(database: Sql, saleId: number, userId: string, nowMs: number): Promise<void> {
  try {
    await database.execute(
      "INSERT INTO barred_buyer (sale_id, user_id, created_at) VALUES (?, ?, ?)",
      [saleId, userId, nowMs],
    );
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.fault !== "duplicate") throw error;
  }
}
