import {
  decodeOrderMessage,
  type OrderMessage,
  UnreadableMessageError,
} from "../../shared/order_message.ts";
import type { OrderBook } from "./order_book.ts";

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
  const outcome = await book.writeOrders(message, content);
  switch (outcome.kind) {
    case "guard":
      await book.writeOrdersSingly(message, content);
      return "split";
    case "content_clash":
      await book.parkMessage(messageId, content, "content_clash");
      return "parked";
    default:
      return outcome.kind;
  }
}
