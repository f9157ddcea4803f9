import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { PaymentRecord } from "../payments/payment_book.ts";
import { MAX_REFUND_ATTEMPTS } from "../payments/refund_rows.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import {
  answers,
  given,
  idParams,
  idSchema,
  moneySchema,
  pageOf,
  pageQuery,
} from "./admin_schemas.ts";

const stateSchema = z.enum(["stored", "applied", "refund_due", "refunded"]);

const paymentQuery = pageQuery.extend({
  ticket: z.string().max(200).optional(),
  state: stateSchema.optional(),
});

/** A captured payment as operators see it. */
const paymentSchema = z.object({
  id: idSchema,
  paymentId: z.string(),
  eventId: z.string(),
  ticket: z.string(),
  amount: moneySchema,
  currency: z.string(),
  state: stateSchema,
  createdAt: z.string().openapi({ format: "date-time" }),
  refundAttempts: z.number().int(),
  /** When giving it back is tried next; not there when nobody tries. */
  nextRefundAt: z.string().openapi({ format: "date-time" }).optional(),
  refundError: z.string().optional(),
}).openapi("Payment");

const list = createRoute({
  method: "get",
  path: "/payments",
  summary: "List captured payments, newest first",
  request: { query: paymentQuery },
  responses: answers(200, "A page of payments", pageOf(paymentSchema), ["invalid"]),
});

const retry = createRoute({
  method: "post",
  path: "/payments/{id}/retry",
  summary: "Let a refund be tried again at once, also after the cap of tries",
  request: { params: idParams },
  responses: answers(200, "The payment", paymentSchema, ["not_found", "conflict"]),
});

const refunded = createRoute({
  method: "post",
  path: "/payments/{id}/refunded",
  summary: "Write down that the money was given back by hand",
  request: { params: idParams },
  responses: answers(200, "The payment", paymentSchema, ["not_found", "conflict"]),
});

/** Captured money: where it stands, and what operators do about refunds. */
export function addPaymentRoutes(app: AdminApp, parts: AdminParts) {
  const { payments, gateway } = parts;

  return app
    .openapi(list, async (c) => {
      const { page, per, ...filter } = c.req.valid("query");
      const list = (page: number, per: number) => payments.listPayments(given(filter), page, per);
      const found = await listPage(page, per, list);
      return c.json({ ...found, items: found.items.map(viewPayment) }, 200);
    })
    .openapi(retry, (c) =>
      changeRefund(c.req.valid("param").id, parts, async ({ paymentId }) => {
        if (!gateway.givesBack) return "Nobody gives money back by itself here: do it by hand";
        return await payments.retryRefund(paymentId) ? null : "It was given back meanwhile";
      }))
    .openapi(
      refunded,
      (c) =>
        changeRefund(c.req.valid("param").id, parts, async ({ paymentId }) => {
          await payments.finishRefund(paymentId, { kind: "refunded" });
          return null;
        }),
    );
}

/** Changes a payment that is to be given back; `change` may say why it cannot. */
async function changeRefund(
  id: number,
  { payments }: AdminParts,
  change: (payment: PaymentRecord) => Promise<string | null>,
): Promise<Response> {
  const payment = await payments.getPayment(id);
  if (!payment) return problem("not_found");
  if (payment.state !== "refund_due") {
    return problem(
      "conflict",
      `The payment is ${payment.state}: nothing of it is to be given back`,
    );
  }
  const reason = await change(payment);
  if (reason !== null) return problem("conflict", reason);
  return Response.json(viewPayment(await payments.getPayment(id) ?? payment));
}

function viewPayment(payment: PaymentRecord): z.infer<typeof paymentSchema> {
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
