import { DatabaseError, type Sql } from "../database/database.ts";
import { contentHash } from "./content_hash.ts";

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
    await tx.execute(
      "INSERT INTO inbox (message_id, content_hash, created_at) VALUES (?, ?, ?)",
      [messageId, contentHash(content), nowMs],
    );
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
