import { Buffer } from "node:buffer";
import type { ConsumeMessage } from "amqplib";
import { type ItemEpoch, type ItemKey, parseItemKey } from "../../shared/item.ts";
import type { Delivery } from "./order_queue.ts";

/** The `type` property of a batch of orders. */
export const ORDERS_TYPE = "orders";

/** The `type` property of a barrier. */
export const BARRIER_TYPE = "barrier";

/** The content of a barrier. */
export function encodeBarrier({ item, epoch }: ItemEpoch): Buffer {
  return Buffer.from(JSON.stringify({ item, epoch }));
}

/**
 * What a worker is handed for a message. Whatever is not a readable barrier goes on as `orders`
 * with its raw text: the worker parks what it cannot read, and the queue never gets stuck on it.
 */
export function readDelivery(message: Pick<ConsumeMessage, "content" | "properties">): Delivery {
  const { messageId, type } = message.properties;
  const content = message.content.toString("utf8");
  if (type === BARRIER_TYPE) {
    const barrier = readBarrier(content);
    if (barrier) return { kind: "barrier", ...barrier };
  }
  return { kind: "orders", messageId: typeof messageId === "string" ? messageId : "", content };
}

function readBarrier(content: string): ItemEpoch | null {
  try {
    const { item, epoch } = JSON.parse(content);
    parseItemKey(String(item));
    if (!Number.isSafeInteger(epoch) || epoch < 1) return null;
    return { item: item as ItemKey, epoch };
  } catch {
    return null;
  }
}
