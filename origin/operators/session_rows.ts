import type { Clock } from "../../shared/clock.ts";
import type { Database, Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import { inLists } from "../database/in_lists.ts";
import {
  type LiveSession,
  MAX_SESSIONS_EACH,
  type NewSession,
  SEEN_STEP_MS,
  SESSION_IDLE_MS,
  type SessionRow,
} from "./operator_book.ts";
import type { Role } from "./principal.ts";

interface Row {
  token_hash: string;
  operator_id: number;
  created_at: number;
  seen_at: number;
  expires_at: number;
}

const FIELDS = "s.token_hash, s.operator_id, s.created_at, s.seen_at, s.expires_at";

/** What makes a session live: two parameters, now and the last moment that counts as idle. */
const LIVE = "s.expires_at > ? AND s.seen_at > ?";

/** `OperatorBook.openSession`. */
export async function openSession(
  database: Database,
  clock: Clock,
  { tokenHash, operatorId, expiresAt, passwordHash }: NewSession,
): Promise<boolean> {
  const nowMs = clock();
  return await despiteDeadlocks(() =>
    database.transaction(async (tx) => {
      // A reset takes the same row: it comes before, and there is no session, or after and ends it.
      const [operator] = await tx.query<{ id: number }>(
        `SELECT id FROM operator WHERE id = ? AND password_hash = ? AND disabled = 0${tx.forUpdate}`,
        [operatorId, passwordHash],
      );
      if (!operator) return false;
      await tx.execute(
        `INSERT INTO operator_session (token_hash, operator_id, created_at, seen_at, expires_at)
         VALUES (?, ?, ?, ?, ?)`,
        [tokenHash, operatorId, nowMs, nowMs, expiresAt],
      );
      const rows = await tx.query<{ token_hash: string }>(
        `SELECT token_hash FROM operator_session WHERE operator_id = ? AND token_hash <> ?
          ORDER BY seen_at DESC, token_hash`,
        [operatorId, tokenHash],
      );
      const surplus = rows.slice(MAX_SESSIONS_EACH - 1).map(({ token_hash }) => token_hash);
      await removeSessions(tx, surplus);
      return true;
    })
  );
}

/** `OperatorBook.readSession`. */
export async function readSession(
  sql: Sql,
  clock: Clock,
  tokenHash: string,
): Promise<LiveSession | null> {
  const nowMs = clock();
  const [row] = await sql.query<Row & { name: string; role: string }>(
    `SELECT ${FIELDS}, o.name, o.role
      FROM operator_session s JOIN operator o ON o.id = s.operator_id
      WHERE s.token_hash = ? AND ${LIVE} AND o.disabled = 0`,
    [tokenHash, nowMs, nowMs - SESSION_IDLE_MS],
  );
  if (!row) return null;
  if (row.seen_at <= nowMs - SEEN_STEP_MS) {
    await sql.execute(
      "UPDATE operator_session SET seen_at = ? WHERE token_hash = ? AND seen_at < ?",
      [nowMs, tokenHash, nowMs],
    );
  }
  return { ...sessionOf(row), name: row.name, role: row.role as Role };
}

/** `OperatorBook.listSessions`. */
export async function listSessions(
  sql: Sql,
  clock: Clock,
  operatorId: number,
): Promise<SessionRow[]> {
  const nowMs = clock();
  const rows = await sql.query<Row>(
    `SELECT ${FIELDS} FROM operator_session s WHERE s.operator_id = ? AND ${LIVE}
      ORDER BY s.seen_at DESC, s.token_hash LIMIT ?`,
    [operatorId, nowMs, nowMs - SESSION_IDLE_MS, MAX_SESSIONS_EACH],
  );
  return rows.map(sessionOf);
}

/** `OperatorBook.endSession`. */
export async function endSession(sql: Sql, tokenHash: string): Promise<void> {
  await sql.execute("DELETE FROM operator_session WHERE token_hash = ?", [tokenHash]);
}

/** `OperatorBook.endOtherSessions`. */
export async function endOtherSessions(
  sql: Sql,
  operatorId: number,
  tokenHash: string,
): Promise<number> {
  const { affectedRows } = await sql.execute(
    "DELETE FROM operator_session WHERE operator_id = ? AND token_hash <> ?",
    [operatorId, tokenHash],
  );
  return affectedRows;
}

/** Removes at most so many sessions that have ended; returns how many. */
export async function sweepSessions(sql: Sql, nowMs: number, limit: number): Promise<number> {
  const rows = await sql.query<{ token_hash: string }>(
    "SELECT token_hash FROM operator_session WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
    [nowMs, limit],
  );
  return await removeSessions(sql, rows.map(({ token_hash }) => token_hash));
}

async function removeSessions(sql: Sql, hashes: string[]): Promise<number> {
  let removed = 0;
  for (const { marks, values } of inLists(hashes)) {
    const { affectedRows } = await sql.execute(
      `DELETE FROM operator_session WHERE token_hash IN (${marks})`,
      values,
    );
    removed += affectedRows;
  }
  return removed;
}

function sessionOf(row: Row): SessionRow {
  return {
    tokenHash: row.token_hash,
    operatorId: row.operator_id,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
  };
}
