import type { Log } from "../../shared/log.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import type { DatabaseFault } from "../database/database.ts";
import type { OrderBook } from "../orders/order_book.ts";
import { type Recorded, type RecordingBook, recordMessage } from "../orders/record_message.ts";
import type { Delivery, DeliveryHandler } from "../queue/order_queue.ts";
import { type RetryClock, systemRetryClock, withRetries } from "./retry.ts";

/** What the recording of orders works with. */
export interface RecordingParts {
  book: RecordingBook & Pick<OrderBook, "markDrained">;
  log: Log;
  /** Fires when the process stops: waiting for an absent database ends then. */
  signal: AbortSignal;
  /** A message became orders. Must not throw, and nobody waits for it. */
  onWritten?: (message: OrderMessage) => void;
  /** What became of a message, whatever it is. Must not throw. */
  onRecorded?: (messageId: string, recorded: Recorded) => void;
  /** A try is made again. Must not throw. */
  onRetry?: (fault: DatabaseFault) => void;
  clock?: RetryClock;
}

/**
 * The worker's job: one message, one transaction. It resolves only when every ticket of the
 * message has a row, or the message is parked for an operator; so the acknowledgement that follows
 * never loses anything. It rejects only when the process is stopping.
 */
export function recordOrders(parts: RecordingParts): DeliveryHandler {
  const { book, log, signal, onWritten, onRecorded, onRetry, clock = systemRetryClock } = parts;
  const persist = <T>(what: string, work: () => Promise<T>) =>
    withRetries(work, signal, clock, (fault, attempt) => {
      onRetry?.(fault);
      // The first tries are everyday life of a busy database.
      if (attempt < 3) return;
      const alarm = fault === "other" ? { alarm: true } : {};
      log.warning("{what} waits: {fault}, try {attempt}", { what, fault, attempt, ...alarm });
    });

  return async (delivery: Delivery): Promise<void> => {
    if (delivery.kind === "barrier") {
      await persist(`barrier of ${delivery.item}`, () => book.markDrained(delivery));
      return;
    }
    const { messageId } = delivery;
    const recorded = await persist(messageId, () => recordMessage(book, delivery));
    if (recorded.kind === "written" && recorded.orders > 0) onWritten?.(recorded.message);
    onRecorded?.(messageId, recorded);
    tell(log, messageId, recorded);
  };
}

/** Whatever was not simply written has to be looked at. */
function tell(log: Log, messageId: string, recorded: Recorded): void {
  if (recorded.kind === "parked") {
    const { reason } = recorded;
    log.error("Parked message {messageId}: {reason}", { messageId, reason, alarm: true });
  }
  if (recorded.kind !== "split") return;
  const { why, split: { parked, clashes } } = recorded;
  log.warning("Wrote {messageId} ticket by ticket: {why}", { messageId, why });
  if (parked.length === 0 && clashes.length === 0) return;
  log.error("Split {messageId}: {parked} parked, {clashes} clashed", {
    messageId,
    parked: parked.join(" "),
    clashes: clashes.join(" "),
    alarm: true,
  });
}
