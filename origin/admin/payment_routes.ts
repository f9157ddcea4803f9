import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { PaymentRecord } from "../payments/payment_book.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, given, idParams, pageOf } from "./admin_schemas.ts";
import { paymentQuery, paymentSchema, viewPayment } from "./payment_schemas.ts";

const list = createRoute({
  method: "get",
  path: "/payments",
  tags: ["Payments"],
  operationId: "listPayments",
  summary: "List captured payments, newest first",
  request: { query: paymentQuery },
  responses: answers(200, "A page of payments", pageOf(paymentSchema), ["invalid"]),
});

const read = createRoute({
  method: "get",
  path: "/payments/{id}",
  tags: ["Payments"],
  operationId: "readPayment",
  summary: "Read a captured payment",
  request: { params: idParams },
  responses: answers(200, "The payment", paymentSchema, ["not_found"]),
});

const retry = createRoute({
  method: "post",
  path: "/payments/{id}/retry",
  tags: ["Payments"],
  operationId: "retryRefund",
  summary: "Let a refund be tried again at once, also after the cap of tries",
  request: { params: idParams },
  responses: answers(200, "The payment", paymentSchema, ["not_found", "conflict"]),
});

const refunded = createRoute({
  method: "post",
  path: "/payments/{id}/refunded",
  tags: ["Payments"],
  operationId: "markRefunded",
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
    .openapi(read, async (c) => {
      const payment = await payments.getPayment(c.req.valid("param").id);
      return payment ? c.json(viewPayment(payment), 200) : problem("not_found");
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
