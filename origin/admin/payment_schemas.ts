import { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import type { PaymentRecord } from "../payments/payment_book.ts";
import { MAX_REFUND_ATTEMPTS } from "../payments/refund_rows.ts";
import { idSchema, moneySchema, pageQuery } from "./admin_schemas.ts";

const stateSchema = z.enum(["stored", "applied", "refund_due", "refunded"]);

/** Which payments to list. */
export const paymentQuery = pageQuery.extend({
  ticket: z.string().max(200).optional(),
  state: stateSchema.optional(),
});

/** A captured payment as operators see it. */
export const paymentSchema = z.object({
  id: idSchema,
  paymentId: z.string(),
  eventId: z.string(),
  ticket: z.string(),
  amount: moneySchema,
  currency: z.string(),
  state: stateSchema.openapi({
    description: "stored: its order is not written yet. applied: it paid the order. " +
      "refund_due: it is to be given back. refunded: it was",
  }),
  createdAt: z.string().openapi({ format: "date-time" }),
  refundAttempts: z.number().int(),
  nextRefundAt: z.string().optional().openapi({
    format: "date-time",
    description: "When giving it back is tried next; left out when nobody tries",
  }),
  refundError: z.string().optional().openapi({ description: "What the last try said" }),
}).openapi("Payment");

/** A payment as operators see it. */
export type PaymentView = z.infer<typeof paymentSchema>;

/** A recorded payment as operators see it. */
export function viewPayment(payment: PaymentRecord): PaymentView {
  const { id, paymentId, eventId, ticket, amount, currency, state, createdAt } = payment;
  const { refundAttempts, nextRefundAt, refundError } = payment;
  const isTried = state === "refund_due" && refundAttempts < MAX_REFUND_ATTEMPTS;
  return {
    id,
    paymentId,
    eventId,
    ticket,
    amount,
    currency,
    state,
    createdAt: isoTime(createdAt),
    refundAttempts,
    ...(isTried && nextRefundAt > 0 ? { nextRefundAt: isoTime(nextRefundAt) } : {}),
    ...(refundError === null ? {} : { refundError }),
  };
}
