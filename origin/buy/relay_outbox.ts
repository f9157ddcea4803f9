import type { Log } from "../../shared/log.ts";
import type { ClaimedMessage, StockLedger } from "../ledger/stock_ledger.ts";
import { type RecordingBook, recordMessage } from "../orders/record_message.ts";
import type { PublishingQueue } from "../queue/order_queue.ts";
import type { CatalogRegistry } from "./sale_registry.ts";

/** How long a message may wait in the outbox before a relay sends it again. */
export const RELAY_AFTER_MS = 5_000;

/** Claims after which a message is no longer sent but written to the order book by the relay. */
export const SEND_CAP = 5;

/** Messages that one relay takes per item and round. */
const CLAIMS_PER_ROUND = 50;

/** What the relay works with. */
export interface RelayParts {
  ledger: Pick<StockLedger, "isUp" | "claimUnsettled" | "settle">;
  queue: PublishingQueue;
  book: RecordingBook;
  registry: Pick<CatalogRegistry, "openItems" | "distrust">;
  log: Log;
  publishTimeoutMs: number;
}

/**
 * One round of the relay: sends what its origin could not hand over, with the same message id and
 * text. A message that reached its send cap is written to the order book directly, because an
 * unsettled message may have been promised to its buyers. Safe to run in every origin at once: a
 * claim hides a message from the others.
 */
export async function relayOutbox(parts: RelayParts): Promise<void> {
  const { ledger, registry } = parts;
  if (!ledger.isUp()) return;
  const items = registry.openItems();
  if (items.length === 0) return;
  const claimed = await ledger.claimUnsettled(items, RELAY_AFTER_MS, CLAIMS_PER_ROUND);
  if (claimed.length === 0) return;

  const handedOver = [
    ...await sendAgain(parts, claimed.filter((message) => message.attempts < SEND_CAP)),
    ...await writeDirectly(parts, claimed.filter((message) => message.attempts >= SEND_CAP)),
  ];
  if (handedOver.length > 0) await ledger.settle(handedOver);
}

async function sendAgain(parts: RelayParts, messages: ClaimedMessage[]): Promise<ClaimedMessage[]> {
  if (messages.length === 0 || !parts.queue.isUp()) return [];
  const outcomes = await parts.queue.publish(messages, parts.publishTimeoutMs);
  parts.log.info("Relayed {count} messages: {outcomes}", {
    count: messages.length,
    outcomes: outcomes.join(" "),
  });
  messages.forEach((message, at) => {
    if (outcomes[at] === "returned") parts.registry.distrust(message);
  });
  return messages.filter((_, at) => outcomes[at] === "confirmed");
}

async function writeDirectly(
  parts: RelayParts,
  messages: ClaimedMessage[],
): Promise<ClaimedMessage[]> {
  const written: ClaimedMessage[] = [];
  for (const message of messages) {
    try {
      const { kind: outcome } = await recordMessage(parts.book, message);
      parts.log.warning("Wrote {messageId} to the order book after {attempts} sends", {
        messageId: message.messageId,
        attempts: message.attempts,
        outcome,
      });
      written.push(message);
    } catch (error) {
      parts.log.error("Cannot write {messageId} to the order book, will try again: {error}", {
        messageId: message.messageId,
        error: String(error),
      });
    }
  }
  return written;
}
