import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import type { Clock } from "../../shared/clock.ts";
import { contentHash } from "./content_hash.ts";

/** Bounds of the columns; what is longer is cut, because keeping the content matters more. */
const MAX_MESSAGE_ID = 255;
const MAX_REASON = 500;

/** Something that an operator has to look at. */
export interface KeptMessage {
  messageId: string;
  /** The one ticket that was poison; null when the whole message is kept. */
  ticket: string | null;
  content: string;
  reason: string;
}

/** Keeps a message within a transaction; nothing happens when its content is kept already. */
export async function keepMessage(tx: Sql, kept: KeptMessage, nowMs: number): Promise<void> {
  try {
    await tx.execute(
      `INSERT INTO parked_message (message_id, ticket, content, content_hash, reason, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [
        kept.messageId.slice(0, MAX_MESSAGE_ID),
        kept.ticket,
        kept.content,
        contentHash(kept.content),
        kept.reason.slice(0, MAX_REASON),
        nowMs,
      ],
    );
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.fault !== "duplicate") throw error;
  }
}

/** `OrderBook.parkMessage`. */
export function parkMessage(
  database: Database,
  clock: Clock,
  messageId: string,
  content: string,
  reason: string,
): Promise<void> {
  const kept = { messageId, ticket: null, content, reason };
  return database.transaction((tx) => keepMessage(tx, kept, clock()));
}
