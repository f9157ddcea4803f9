import { Buffer } from "node:buffer";
import type { ConsumeMessage } from "amqplib";
import { type ItemEpoch, type ItemKey, parseItemKey } from "../../shared/item.ts";
import { type MessageTrail, readTrail } from "../../shared/message_trail.ts";
import type { Delivery } from "./order_queue.ts";

/** The `type` property of a batch of orders. */
export const ORDERS_TYPE = "orders";

/** The `type` property of a barrier. */
export const BARRIER_TYPE = "barrier";

/** The header that says where a message comes from, as JSON; the content stays what it is. */
export const TRAIL_HEADER = "dropgate-trail";

/** Under this name whatever follows traces through a broker finds the span before it. */
const TRACE_HEADER = "traceparent";

/** The headers of a batch of orders. */
export function encodeTrail(trail: MessageTrail): Record<string, string> {
  const { traceparent } = trail;
  return {
    [TRAIL_HEADER]: JSON.stringify(trail),
    ...(traceparent === undefined ? {} : { [TRACE_HEADER]: traceparent }),
  };
}

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
  const trail = readTrail(message.properties.headers?.[TRAIL_HEADER]);
  return {
    kind: "orders",
    messageId: typeof messageId === "string" ? messageId : "",
    content,
    ...(trail === null ? {} : { trail }),
  };
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
