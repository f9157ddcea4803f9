import type { Log } from "../../shared/log.ts";
import {
  decodeOrderMessage,
  type OrderMessage,
  UnreadableMessageError,
} from "../../shared/order_message.ts";
import type { OrderBook } from "../orders/order_book.ts";
import { blamesTheData } from "../orders/record_message.ts";
import type { Delivery, DeliveryHandler } from "../queue/order_queue.ts";
import { type RetryClock, systemRetryClock, withRetries } from "./retry.ts";

/** What the recording of orders works with. */
export interface RecordingParts {
  book: Pick<OrderBook, "writeOrders" | "writeOrdersSingly" | "parkMessage" | "markDrained">;
  log: Log;
  /** Fires when the process stops: waiting for an absent database ends then. */
  signal: AbortSignal;
  clock?: RetryClock;
}

/**
 * The worker's job: one message, one transaction. It resolves only when every ticket of the
 * message has a row, or the message is parked for an operator; so the acknowledgement that follows
 * never loses anything. It rejects only when the process is stopping.
 */
export function recordOrders(parts: RecordingParts): DeliveryHandler {
  const { book, log, signal, clock = systemRetryClock } = parts;
  const persist = <T>(what: string, work: () => Promise<T>) =>
    withRetries(work, signal, clock, (fault, attempt) => {
      // The first tries are everyday life of a busy database.
      if (attempt < 3) return;
      const alarm = fault === "other" ? { alarm: true } : {};
      log.warning("{what} waits: {fault}, try {attempt}", { what, fault, attempt, ...alarm });
    });
  const park = (messageId: string, content: string, reason: string) => {
    log.error("Parked message {messageId}: {reason}", { messageId, reason, alarm: true });
    return persist(`parking ${messageId}`, () => book.parkMessage(messageId, content, reason));
  };

  return async (delivery: Delivery): Promise<void> => {
    if (delivery.kind === "barrier") {
      await persist(`barrier of ${delivery.item}`, () => book.markDrained(delivery));
      return;
    }
    const { messageId, content } = delivery;
    let message: OrderMessage;
    try {
      message = decodeOrderMessage(content);
    } catch (error) {
      if (!(error instanceof UnreadableMessageError)) throw error;
      return await park(messageId, content, `unreadable: ${error.message}`);
    }
    try {
      const outcome = await persist(messageId, () => book.writeOrders(message, content));
      if (outcome.kind === "content_clash") return await park(messageId, content, "content_clash");
      if (outcome.kind !== "guard") return;
    } catch (error) {
      if (!blamesTheData(error)) throw error;
      log.warning("Cannot write {messageId} in one piece: {error}", {
        messageId,
        error: String(error),
      });
    }
    await splitMessage(message, content, messageId);
  };

  async function splitMessage(message: OrderMessage, content: string, messageId: string) {
    try {
      const split = await persist(
        `splitting ${messageId}`,
        () => book.writeOrdersSingly(message, content),
      );
      if (split.parked.length > 0 || split.clashes.length > 0) {
        log.error("Split {messageId}: {parked} parked, {clashes} clashed", {
          messageId,
          parked: split.parked.join(" "),
          clashes: split.clashes.join(" "),
          alarm: true,
        });
      }
    } catch (error) {
      if (!blamesTheData(error)) throw error;
      await park(messageId, content, `unwritable: ${String(error)}`);
    }
  }
}
