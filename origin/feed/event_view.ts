import { z } from "zod";
import { isoTime } from "../../shared/clock.ts";
import { parseItemKey } from "../../shared/item.ts";
import { type FeedEvent, formatPlace } from "./order_feed.ts";
import { statusOf } from "./order_events.ts";

/** What an event is called outside. */
export const EVENT_TYPES = [
  "order.created",
  "order.paid",
  "order.cancelled",
  "order.refund_due",
  "order.refunded",
] as const;

/** An event as the shop gets it, from the feed and by its webhook. */
export const orderEventSchema = z.object({
  eventId: z.string(),
  type: z.enum(EVENT_TYPES),
  at: z.string(),
  order: z.object({
    ticket: z.string(),
    saleId: z.number().int(),
    productId: z.number().int(),
    userId: z.string(),
    quantity: z.number().int(),
    amount: z.number().int(),
    currency: z.string(),
    /** By this event; the order may have gone on since. */
    status: z.enum(["unpaid", "paid", "cancelled", "refund_due", "refunded"]),
    /** Why it ended; only where it did. */
    reason: z.string().optional(),
    /** Until when it can be paid; only while it is unpaid. */
    payBy: z.string().optional(),
  }),
});

export type OrderEventView = z.infer<typeof orderEventSchema>;

/** An event as it is told. */
export function viewEvent({ place, kind, at, order }: FeedEvent): OrderEventView {
  const { ticket, item, userId, quantity, amount, currency, reason, payBy } = order;
  const status = statusOf(kind) as OrderEventView["order"]["status"];
  const hasEnded = status !== "unpaid" && status !== "paid";
  return {
    eventId: formatPlace(place),
    type: `order.${kind}`,
    at: isoTime(at),
    order: {
      ticket,
      ...parseItemKey(item),
      userId,
      quantity,
      amount,
      currency,
      status,
      ...(hasEnded && reason !== null ? { reason } : {}),
      ...(status === "unpaid" ? { payBy: isoTime(payBy) } : {}),
    },
  };
}
