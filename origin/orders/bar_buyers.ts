import type { Clock } from "../../shared/clock.ts";
import { type Database, DatabaseError, type Sql, type SqlValue } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import { inLists } from "../database/in_lists.ts";
import { noteExpired } from "./expired_holds.ts";
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
 * commit that let a hold expire; counting what is counted already does no harm. What was counted
 * for those in `justExpired` is written down for the edges. A process that dies between the commit
 * and this loses that one mark: the orders come again, and their buyers are barred then, but are no
 * longer among those in `justExpired`. The buyer's next hold that expires tells the whole count.
 */
export async function barRepeaters(
  database: Sql,
  saleId: number,
  userIds: string[],
  justExpired: ReadonlySet<string>,
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
    const noted = counted.filter(({ user_id }) => justExpired.has(user_id));
    // Together: what these orders held is given back only after both.
    await Promise.all([
      bar(database, saleId, over.map(({ user_id }) => user_id), nowMs),
      noteExpired(database, saleId, noted, nowMs),
    ]);
  }
}

/** Bars those who are not barred yet, together; one by one when another process was faster. */
async function bar(
  database: Sql,
  saleId: number,
  userIds: string[],
  nowMs: number,
): Promise<void> {
  if (userIds.length === 0) return;
  const barred = new Set<string>();
  for (const { marks, values } of inLists(userIds)) {
    const rows = await database.query<{ user_id: string }>(
      `SELECT user_id FROM barred_buyer WHERE sale_id = ? AND user_id IN (${marks})`,
      [saleId, ...values],
    );
    for (const { user_id } of rows) barred.add(user_id);
  }
  const rows = userIds.filter((userId) => !barred.has(userId))
    .map((userId) => [saleId, userId, nowMs]);
  if (rows.length === 0) return;
  if (await isInserted(database, rows)) return;
  for (const row of rows) await isInserted(database, [row]);
}

/** Inserts all rows; false, and none is there, when one of them was there already. */
async function isInserted(database: Sql, rows: SqlValue[][]): Promise<boolean> {
  try {
    await despiteDeadlocks(() =>
      database.insertMany("barred_buyer", ["sale_id", "user_id", "created_at"], rows)
    );
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.fault !== "duplicate") throw error;
    return false;
  }
}
