import type { Clock } from "../../shared/clock.ts";
import type { Database, Sql, SqlRow } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import type { RehearsalRecord, RehearsalState } from "./rehearsal_book.ts";
import type { RehearsalReport } from "./rehearsal_report.ts";

/** Rehearsals that are taken over at once. */
const MAX_ABANDONED = 10;

const FIELDS = "id, sale_id, copy_sale_id, state, report, started_by, created_at, alive_at, " +
  "finished_at, removed_at";

/** A copy of it may be there. */
const HAS_COPY = "(copy_sale_id IS NOT NULL AND removed_at IS NULL)";

function recordOf(row: SqlRow): RehearsalRecord {
  return {
    rehearsalId: row.id as number,
    saleId: row.sale_id as number,
    copySaleId: row.copy_sale_id as number | null,
    state: row.state as RehearsalState,
    report: JSON.parse(row.report as string) as RehearsalReport,
    startedBy: row.started_by as string,
    createdAt: row.created_at as number,
    aliveAt: row.alive_at as number,
    finishedAt: row.finished_at as number | null,
    removedAt: row.removed_at as number | null,
  };
}

/**
 * `RehearsalBook.begin`. Who begins looks and writes under one lock, so that of two only one finds
 * that nothing runs.
 */
export async function beginRehearsal(
  database: Database,
  clock: Clock,
  saleId: number,
  startedBy: string,
  report: RehearsalReport,
): Promise<number | null> {
  return await database.withLock("begin a rehearsal", async () => {
    const [busy] = await database.query(
      `SELECT id FROM rehearsal WHERE state = 'running' OR ${HAS_COPY} LIMIT 1`,
    );
    if (busy) return null;
    const nowMs = clock();
    const { insertId } = await database.execute(
      `INSERT INTO rehearsal (sale_id, state, report, started_by, created_at, alive_at)
       VALUES (?, 'running', ?, ?, ?, ?)`,
      [saleId, JSON.stringify(report), startedBy, nowMs, nowMs],
    );
    return insertId;
  });
}

/** `RehearsalBook.keepAlive`. */
export async function keepAlive(
  sql: Sql,
  clock: Clock,
  rehearsalId: number,
  report: RehearsalReport,
): Promise<boolean> {
  const { affectedRows } = await sql.execute(
    "UPDATE rehearsal SET alive_at = ?, report = ? WHERE id = ? AND state = 'running'",
    [clock(), JSON.stringify(report), rehearsalId],
  );
  return affectedRows > 0;
}

/** `RehearsalBook.finish`. */
export async function finishRehearsal(
  sql: Sql,
  clock: Clock,
  rehearsalId: number,
  state: "passed" | "failed",
  report: RehearsalReport,
): Promise<boolean> {
  const nowMs = clock();
  const { affectedRows } = await sql.execute(
    `UPDATE rehearsal SET state = ?, report = ?, alive_at = ?, finished_at = ?
      WHERE id = ? AND state = 'running'`,
    [state, JSON.stringify(report), nowMs, nowMs, rehearsalId],
  );
  return affectedRows > 0;
}

/** `RehearsalBook.get`. */
export async function getRehearsal(
  sql: Sql,
  rehearsalId: number,
): Promise<RehearsalRecord | null> {
  const [row] = await sql.query(`SELECT ${FIELDS} FROM rehearsal WHERE id = ?`, [rehearsalId]);
  return row ? recordOf(row) : null;
}

/** `RehearsalBook.list`. @throws {RangeError} for a page outside its bounds. */
export async function listRehearsals(
  sql: Sql,
  saleId: number,
  page: number,
  per: number,
): Promise<Page<RehearsalRecord>> {
  const offset = checkPage(page, per);
  const [count] = await sql.query<{ total: number }>(
    "SELECT COUNT(*) AS total FROM rehearsal WHERE sale_id = ?",
    [saleId],
  );
  const rows = await sql.query(
    `SELECT ${FIELDS} FROM rehearsal WHERE sale_id = ? ORDER BY id DESC LIMIT ? OFFSET ?`,
    [saleId, per, offset],
  );
  return { items: rows.map(recordOf), page, per, total: count?.total ?? 0 };
}

/** `RehearsalBook.abandoned`. */
export async function abandonedRehearsals(
  sql: Sql,
  beforeMs: number,
): Promise<RehearsalRecord[]> {
  const rows = await sql.query(
    `SELECT ${FIELDS} FROM rehearsal
      WHERE (state = 'running' OR ${HAS_COPY}) AND alive_at < ? ORDER BY id LIMIT ${MAX_ABANDONED}`,
    [beforeMs],
  );
  return rows.map(recordOf);
}

/** `RehearsalBook.takeOver`: whoever changes `alive_at` from what both have read is first. */
export async function takeOverRehearsal(
  sql: Sql,
  clock: Clock,
  rehearsalId: number,
  aliveAt: number,
): Promise<boolean> {
  const nowMs = clock();
  const { affectedRows } = await sql.execute(
    `UPDATE rehearsal SET state = CASE WHEN state = 'running' THEN 'failed' ELSE state END,
                          alive_at = ?, finished_at = COALESCE(finished_at, ?)
      WHERE id = ? AND alive_at = ?`,
    [nowMs, nowMs, rehearsalId, aliveAt],
  );
  return affectedRows > 0;
}

/** `RehearsalBook.keepClearing`. */
export async function keepClearing(sql: Sql, clock: Clock, rehearsalId: number): Promise<void> {
  await sql.execute("UPDATE rehearsal SET alive_at = ? WHERE id = ? AND removed_at IS NULL", [
    clock(),
    rehearsalId,
  ]);
}
