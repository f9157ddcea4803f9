import type { ItemEpoch } from "../../shared/item.ts";
import type { OutboxMessage, WaitingMessage } from "./stock_ledger.ts";

/** An order as it begins in a message's text; quotes inside of a request id are escaped there. */
const ORDER_START = /\["[\w.@-]+",\d+,/g;

/** When the ledger decided a message, ms, by its text; 0 for a text that does not tell. */
export function reservedAtOf(content: string): number {
  return Number(/"t":(\d{1,15})\b/.exec(content)?.[1] ?? 0);
}

/**
 * A message as operators see it. Its text is looked at, not decoded: this must tell of a message
 * that nobody can read, too.
 */
export function describeWaiting(
  { item, epoch, messageId, content }: OutboxMessage,
  sends: number,
): WaitingMessage {
  return {
    ...({ item, epoch } satisfies ItemEpoch),
    messageId,
    reservedAt: reservedAtOf(content),
    sends,
    size: content.length,
    buyers: content.match(ORDER_START)?.length ?? 0,
  };
}
