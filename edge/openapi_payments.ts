import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { SANDBOX_ACTIONS } from "../shared/internal_api.ts";
import { answers } from "./openapi_answers.ts";
import { noticeSchema, noticeTakenSchema, orderSchema, paymentSchema } from "./public_api.ts";

type Docs = OpenAPIHono["openAPIRegistry"];

const security = [{ session: [] }, { cookie: [] }];
const ticketParam = z.object({ ticket: z.string() });
const linkParam = z.object({ link: z.string() });

/** Paying and cancelling, the provider's webhook, and with `DEMO` the sandbox's page. */
export function describePayments(registry: Docs, demo: boolean): void {
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/orders/{ticket}/payment",
    summary: "Begin to pay one of my orders",
    description: "409 not_payable with Retry-After means that the order is still being written",
    security,
    request: { params: ticketParam },
    responses: answers({ 201: ["Where to pay", paymentSchema] }, [
      "unauthenticated",
      "not_found",
      "not_payable",
      "unavailable",
    ]),
  }));
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/orders/{ticket}/cancel",
    summary: "Cancel one of my orders that is unpaid",
    security,
    request: { params: ticketParam },
    responses: answers({ 200: ["The order, cancelled", orderSchema] }, [
      "unauthenticated",
      "not_found",
      "not_cancellable",
      "unavailable",
    ]),
  }));
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/payments/webhook",
    summary: "A payment provider tells of a payment; safe to tell any number of times",
    request: {
      headers: z.object({
        "Dropgate-Signature": z.string().describe(
          "t=<unix s>,v1=<hex HMAC-SHA256 of t.body>; at most 300 s away; several v1 may be given",
        ),
      }),
      body: { content: { "application/json": { schema: noticeSchema } } },
    },
    responses: answers({ 200: ["Taken; do not tell it again", noticeTakenSchema] }, [
      "invalid",
      "too_large",
      "unauthenticated",
      "not_found",
      "wrong_amount",
      "unavailable",
    ]),
  }));
  if (demo) describeSandbox(registry);
}

function describeSandbox(registry: Docs): void {
  const page = { description: "The page", content: { "text/html": { schema: z.string() } } };
  registry.registerPath(createRoute({
    method: "get",
    path: "/sandbox/pay/{link}",
    summary: "The sandbox's page",
    request: { params: linkParam },
    responses: { 200: page },
  }));
  registry.registerPath(createRoute({
    method: "post",
    path: "/sandbox/pay/{link}",
    summary: "Pay in the sandbox",
    request: {
      params: linkParam,
      body: {
        content: {
          "application/x-www-form-urlencoded": {
            schema: z.object({ action: z.enum(SANDBOX_ACTIONS) }),
          },
        },
      },
    },
    responses: { 200: page, 303: { description: "Paid: back to the sale" } },
  }));
}
