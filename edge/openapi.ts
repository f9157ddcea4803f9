import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ProblemCode } from "../shared/problem.ts";
import { USER_ID_PATTERN } from "../shared/ticket.ts";
import { buyBodySchema } from "./gate/buy_body.ts";
import { listQuerySchema } from "./list_query.ts";
import { answers, type Responses } from "./openapi_answers.ts";
import { describeCaptcha } from "./openapi_captcha.ts";
import { describePayments } from "./openapi_payments.ts";
import { describeSessions } from "./openapi_sessions.ts";
import { LANGUAGES } from "./pages/language.ts";
import {
  buyDoneSchema,
  orderListSchema,
  orderSchema,
  productSchema,
  saleListSchema,
  saleSchema,
  stockSchema,
} from "./public_api.ts";

type Docs = OpenAPIHono["openAPIRegistry"];

const saleIdParam = z.object({ saleId: z.string().regex(/^[1-9]\d*$/) });
const productIdParam = z.object({ productId: z.string().regex(/^[1-9]\d*$/) });
const ticketParam = z.object({ ticket: z.string() });
const buyHeaders = z.object({
  "Idempotency-Key": z.string().min(1).max(64).optional().describe(
    "1 to 64 visible characters; send the same one when you try again",
  ),
});

/** The OpenAPI 3.1 document of this edge, made of the same schemas that the routes check with. */
export function openApiText(demo: boolean): string {
  const docs = new OpenAPIHono();
  const registry = docs.openAPIRegistry;
  for (const name of ["session", "cookie"] as const) {
    registry.registerComponent(
      "securitySchemes",
      name,
      name === "session" ? { type: "http", scheme: "bearer" } : {
        type: "apiKey",
        in: "cookie",
        name: "dropgate_session",
        description: "Over https its name begins with `__Host-`",
      },
    );
  }
  describeSales(registry);
  describeSessions(registry, demo);
  describeBuying(registry);
  describeCaptcha(registry);
  describePayments(registry, demo);
  describeService(registry);
  const document = docs.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Dropgate, for buyers",
      version: "1",
      description:
        `User ids match ${USER_ID_PATTERN.source}. Times are ISO 8601 UTC, money is in ` +
        "minor units. Errors are application/problem+json with a stable code.",
    },
  });
  return JSON.stringify(document);
}

function describeSales(registry: Docs): void {
  const get = (path: string, summary: string, request: object, responses: Responses) =>
    registry.registerPath(createRoute({ method: "get", path, summary, request, responses }));
  get(
    "/api/sales",
    "Published sales, newest start first",
    { query: listQuerySchema },
    answers({ 200: ["The sales", saleListSchema] }, ["invalid", "unavailable"]),
  );
  get(
    "/api/sales/{saleId}",
    "A sale with its live stock",
    { params: saleIdParam },
    answers({ 200: ["The sale", saleSchema] }, ["unknown_item", "unavailable"]),
  );
  get(
    "/api/sales/{saleId}/stock",
    "The live stock of a sale, at most 1 s old",
    { params: saleIdParam },
    answers({ 200: ["The stock", stockSchema] }, ["unknown_item", "unavailable"]),
  );
  get(
    "/api/products/{productId}",
    "A product that is in a published sale",
    { params: productIdParam },
    answers({ 200: ["The product", productSchema] }, ["unknown_item", "unavailable"]),
  );
}

const BUY_PROBLEMS: ProblemCode[] = [
  "invalid",
  "too_large",
  "unauthenticated",
  "not_eligible",
  "blocked",
  "unknown_item",
  "sold_out",
  "already_bought",
  "order_ended",
  "idempotency_mismatch",
  "ended",
  "not_started",
  "paused",
  "rate_limited",
  "captcha_required",
  "busy",
  "unavailable",
];

function describeBuying(registry: Docs): void {
  const security = [{ session: [] }, { cookie: [] }];
  registry.registerPath(createRoute({
    method: "post",
    path: "/api/sales/{saleId}/buy",
    summary: "Buy; safe to repeat with the same Idempotency-Key",
    security,
    request: {
      params: saleIdParam,
      headers: buyHeaders,
      body: { content: { "application/json": { schema: buyBodySchema } } },
    },
    responses: answers({
      200: ["The same request id again: the reservation it made", buyDoneSchema],
      201: ["Reserved", buyDoneSchema],
      202: ["Recorded, the confirmation is late: poll the order", buyDoneSchema],
    }, BUY_PROBLEMS),
  }));
  registry.registerPath(createRoute({
    method: "get",
    path: "/api/orders",
    summary: "My orders, newest first",
    security,
    request: { query: listQuerySchema },
    responses: answers({ 200: ["The orders", orderListSchema] }, [
      "invalid",
      "unauthenticated",
      "unavailable",
    ]),
  }));
  registry.registerPath(createRoute({
    method: "get",
    path: "/api/orders/{ticket}",
    summary: "One of my orders",
    security,
    request: { params: ticketParam },
    responses: answers({ 200: ["The order", orderSchema] }, [
      "unauthenticated",
      "not_found",
      "unavailable",
    ]),
  }));
}

/** Pages, files, health: named here so that nothing the edge answers is unnamed. */
function describeService(registry: Docs): void {
  const html = { "text/html": { schema: z.string() } };
  const text = { "text/plain": { schema: z.string() } };
  const plain = (
    path: string,
    summary: string,
    content: typeof html | typeof text,
    params?: object,
  ) =>
    registry.registerPath(createRoute({
      method: "get",
      path,
      summary,
      ...(params === undefined ? {} : { request: { params: params as typeof saleIdParam } }),
      responses: { 200: { description: summary, content } },
    }));
  plain("/", "The list of sales", html);
  plain("/sales/{saleId}", "The page of a sale", html, saleIdParam);
  plain(
    "/sales/{saleId}/products/{productId}",
    "The page of a product",
    html,
    saleIdParam.extend(productIdParam.shape),
  );
  plain("/orders", "The page of one's own orders; its script asks for them", html);
  registry.registerPath(createRoute({
    method: "get",
    path: "/lang/{language}",
    summary: "Remembers the language of the pages (cookie `lang`) and leads back",
    request: {
      params: z.object({ language: z.enum(LANGUAGES) }),
      query: z.object({ to: z.string().optional().describe("A page of this host") }),
    },
    responses: { 303: { description: "Remembered" } },
  }));
  plain("/assets/{file}", "Scripts, styles, drawings", text, z.object({ file: z.string() }));
  plain("/media/{name}", "Uploaded pictures", text, z.object({ name: z.string() }));
  plain("/healthz", "Liveness", text);
  plain("/metrics", "Prometheus metrics", text);
  plain("/api/openapi.json", "This document", text);
  registry.registerPath(createRoute({
    method: "get",
    path: "/readyz",
    summary: "Readiness",
    responses: answers({ 200: ["Ready", z.object({ status: z.literal("ready") })] }, [
      "unavailable",
    ]),
  }));
}
