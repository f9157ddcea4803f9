import type { Clock } from "../../shared/clock.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import { lockMs } from "./lock_out.ts";
import { TRIES_KEPT_MS, type TryResult } from "./operator_book.ts";

interface TryRow {
  failed: number;
  locked_until: number;
  updated_at: number;
}

/** How often the first try of a name may meet another first one. */
const MAX_MEETINGS = 5;

/** `OperatorBook.beginTry`. */
export async function beginTry(
  database: Database,
  clock: Clock,
  name: string,
): Promise<TryResult> {
  for (let meetings = 1;; meetings += 1) {
    try {
      return await despiteDeadlocks(() =>
        database.transaction((tx) => countTry(tx, clock(), name.toLowerCase()))
      );
    } catch (error) {
      const met = error instanceof DatabaseError && error.fault === "duplicate";
      if (!met || meetings >= MAX_MEETINGS) throw error;
    }
  }
}

async function countTry(tx: Sql, nowMs: number, name: string): Promise<TryResult> {
  const [row] = await tx.query<TryRow>(
    `SELECT failed, locked_until, updated_at FROM operator_try WHERE name = ?${tx.forUpdate}`,
    [name],
  );
  if (row && row.locked_until > nowMs) return { kind: "locked", until: row.locked_until };
  const isFresh = row !== undefined && row.updated_at > nowMs - TRIES_KEPT_MS;
  const failed = isFresh ? row.failed + 1 : 1;
  const lock = lockMs(failed);
  const values = [failed, lock === 0 ? 0 : nowMs + lock, nowMs, name];
  if (row) {
    await tx.execute(
      "UPDATE operator_try SET failed = ?, locked_until = ?, updated_at = ? WHERE name = ?",
      values,
    );
  } else {
    await tx.execute(
      "INSERT INTO operator_try (failed, locked_until, updated_at, name) VALUES (?, ?, ?, ?)",
      values,
    );
  }
  return { kind: "free", failed };
}

/** `OperatorBook.lockedUntil`. */
export async function lockedUntil(sql: Sql, clock: Clock, name: string): Promise<number> {
  const [row] = await sql.query<{ locked_until: number }>(
    "SELECT locked_until FROM operator_try WHERE name = ?",
    [name.toLowerCase()],
  );
  return row && row.locked_until > clock() ? row.locked_until : 0;
}

/** `OperatorBook.forgetTries`. */
export async function forgetTries(sql: Sql, name: string): Promise<void> {
  await sql.execute("DELETE FROM operator_try WHERE name = ?", [name.toLowerCase()]);
}

/** Removes at most so many names that were left alone for long; returns how many. */
export async function sweepTries(sql: Sql, nowMs: number, limit: number): Promise<number> {
  const rows = await sql.query<{ name: string }>(
    "SELECT name FROM operator_try WHERE updated_at <= ? ORDER BY updated_at LIMIT ?",
    [nowMs - TRIES_KEPT_MS, limit],
  );
  let swept = 0;
  for (const { name } of rows) {
    // Looked at again: a try may have come meanwhile.
    const { affectedRows } = await sql.execute(
      "DELETE FROM operator_try WHERE name = ? AND updated_at <= ?",
      [name, nowMs - TRIES_KEPT_MS],
    );
    swept += affectedRows;
  }
  return swept;
}
