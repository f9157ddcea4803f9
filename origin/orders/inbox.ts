import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import { contentHash } from "./content_hash.ts";
import type { InboxEntry } from "./message_book.ts";
import type { Page } from "./order_book.ts";

/** Whether a message was written before, and with the same text. */
export type InboxAnswer = "new" | "known" | "content_clash";

/** Enters a message that is being written; `new` when this transaction is the one to write it. */
export async function enterInbox(
  tx: Sql,
  messageId: string,
  content: string,
  nowMs: number,
): Promise<InboxAnswer> {
  try {
    // As text: over a prepared statement it takes half as long again, 0.12 instead of 0.08 ms.
    await tx.insertMany("inbox", ["message_id", "content_hash", "created_at"], [
      [messageId, contentHash(content), nowMs],
    ]);
    return "new";
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.fault !== "duplicate") throw error;
    return await askInbox(tx, messageId, content);
  }
}

/** Looks a message up without entering it. */
export async function askInbox(
  sql: Sql,
  messageId: string,
  content: string,
): Promise<InboxAnswer> {
  const [row] = await sql.query<{ content_hash: string }>(
    "SELECT content_hash FROM inbox WHERE message_id = ?",
    [messageId],
  );
  if (!row) return "new";
  return row.content_hash === contentHash(content) ? "known" : "content_clash";
}

/**
 * `MessageBook.listInbox`. The inbox grows for ever; its index of times gives the order, and the
 * count of it, without touching the rows. @throws {RangeError} for a page outside of its bounds.
 */
export async function listInbox(
  database: Database,
  page: number,
  per: number,
): Promise<Page<InboxEntry>> {
  const offset = checkPage(page, per);
  const [count] = await database.query<{ total: number }>("SELECT COUNT(*) AS total FROM inbox");
  const rows = await database.query<
    { message_id: string; content_hash: string; created_at: number }
  >(
    `SELECT message_id, content_hash, created_at FROM inbox
      ORDER BY created_at DESC, message_id DESC LIMIT ? OFFSET ?`,
    [per, offset],
  );
  const items = rows.map((row) => ({
    messageId: row.message_id,
    contentHash: row.content_hash,
    createdAt: row.created_at,
  }));
  return { items, page, per, total: count?.total ?? 0 };
}
