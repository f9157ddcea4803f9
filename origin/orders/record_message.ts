import {
  decodeOrderMessage,
  type OrderMessage,
  UnreadableMessageError,
} from "../../shared/order_message.ts";
import { DatabaseError } from "../database/database.ts";
import type { OrderBook, SplitOutcome, WriteOutcome } from "./order_book.ts";

/** The part of the order book that takes a message in. */
export type RecordingBook = Pick<OrderBook, "writeOrders" | "writeOrdersSingly" | "parkMessage">;

/** What became of a message. */
export type Recorded =
  /** Written in one piece; `orders` tickets of it became orders, `refused` ones were late. */
  | { kind: "written"; message: OrderMessage; orders: number; refused: number }
  | { kind: "known" }
  /** Written ticket by ticket, because of `why`. */
  | { kind: "split"; why: string; split: SplitOutcome }
  /** Kept for an operator. */
  | { kind: "parked"; reason: string };

/**
 * Takes a message into the order book: what the worker does with a delivery, the relay at its send
 * cap and the coordinator when it salvages. Whatever cannot be written is parked, so that it neither
 * is lost nor holds anything up. A message that is recorded again is recorded once.
 * @throws {DatabaseError} when it should be tried again.
 */
export async function recordMessage(
  book: RecordingBook,
  { messageId, content }: { messageId: string; content: string },
): Promise<Recorded> {
  const park = async (reason: string): Promise<Recorded> => {
    await book.parkMessage(messageId, content, reason);
    return { kind: "parked", reason };
  };
  let message: OrderMessage;
  try {
    message = decodeOrderMessage(content);
  } catch (error) {
    if (!(error instanceof UnreadableMessageError)) throw error;
    return await park(`unreadable: ${error.message}`);
  }
  let outcome: WriteOutcome;
  let why = "guard";
  try {
    outcome = await book.writeOrders(message, content);
  } catch (error) {
    if (!blamesTheData(error)) throw error;
    outcome = { kind: "guard" };
    why = String(error);
  }
  if (outcome.kind === "written") return { ...outcome, message };
  if (outcome.kind === "known") return { kind: "known" };
  if (outcome.kind === "content_clash") return await park("content_clash");
  try {
    return { kind: "split", why, split: await book.writeOrdersSingly(message, content) };
  } catch (error) {
    if (!blamesTheData(error)) throw error;
    return await park(`unwritable: ${String(error)}`);
  }
}

/** The database answered that it will never take this, however often it is asked. */
function blamesTheData(error: unknown): boolean {
  return error instanceof DatabaseError &&
    (error.fault === "invalid" || error.fault === "duplicate");
}
