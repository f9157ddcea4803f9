import {
  decodeOrderMessage,
  type OrderMessage,
  UnreadableMessageError,
} from "../../shared/order_message.ts";
import { DatabaseError } from "../database/database.ts";
import type { OrderBook, WriteOutcome } from "./order_book.ts";

/** The part of the order book that takes a message in. */
export type RecordingBook = Pick<OrderBook, "writeOrders" | "writeOrdersSingly" | "parkMessage">;

/** What became of a message: written (now or before), or kept for an operator. */
export type Recorded = "written" | "known" | "split" | "parked";

/**
 * Takes a message out of an outbox into the order book, past the queue: what the relay does at its
 * send cap and the coordinator when it salvages. Whatever cannot be written is parked, so that it
 * neither is lost nor holds anything up. @throws {DatabaseError} when it should be tried again.
 */
export async function recordMessage(
  book: RecordingBook,
  { messageId, content }: { messageId: string; content: string },
): Promise<Recorded> {
  let message: OrderMessage;
  try {
    message = decodeOrderMessage(content);
  } catch (error) {
    if (!(error instanceof UnreadableMessageError)) throw error;
    await book.parkMessage(messageId, content, `unreadable: ${error.message}`);
    return "parked";
  }
  let outcome: WriteOutcome;
  try {
    outcome = await book.writeOrders(message, content);
  } catch (error) {
    if (!blamesTheData(error)) throw error;
    outcome = { kind: "guard" };
  }
  if (outcome.kind === "content_clash") {
    await book.parkMessage(messageId, content, "content_clash");
    return "parked";
  }
  if (outcome.kind !== "guard") return outcome.kind;
  try {
    await book.writeOrdersSingly(message, content);
    return "split";
  } catch (error) {
    if (!blamesTheData(error)) throw error;
    await book.parkMessage(messageId, content, `unwritable: ${String(error)}`);
    return "parked";
  }
}

/** The database answered that it will never take this, however often it is asked. */
export function blamesTheData(error: unknown): boolean {
  return error instanceof DatabaseError &&
    (error.fault === "invalid" || error.fault === "duplicate");
}
