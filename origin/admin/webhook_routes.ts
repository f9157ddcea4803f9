import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { WebhookFailure, WebhookStatus } from "../webhook/webhook_book.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams, idSchema, pageOf, pageQuery } from "./admin_schemas.ts";

/** A worker that was not seen for so long does not run any more. */
const GONE_AFTER_MS = 30_000;

/** How long an operator waits for a test: the shop's 10 s, and a worker's round before it. */
const TEST_WAIT_MS = 13_000;

/** How often its answer is looked for. */
const TEST_LOOK_MS = 250;

const time = () => z.string().openapi({ format: "date-time" });

const failureSchema = z.object({
  id: idSchema,
  deliveryId: z.string(),
  events: z.number().int(),
  attempts: z.number().int(),
  error: z.string(),
  state: z.enum(["failed", "waiting", "sent"]),
  createdAt: time(),
  updatedAt: time(),
}).openapi("WebhookFailure");

const stateSchema = z.object({
  /**
   * `off`: no worker has an address. `stopped`: the workers that have one are gone. `up_to_date`:
   * the shop knows everything. `sending`: it is being told. `retrying`: it did not take the last.
   */
  state: z.enum(["off", "stopped", "up_to_date", "sending", "retrying"]),
  url: z.string().optional(),
  lag: z.object({
    events: z.number().int(),
    /** True when there are more events than were counted. */
    more: z.boolean(),
    seconds: z.number().int(),
  }),
  /** Failed tries of the delivery that is under way. */
  attempts: z.number().int(),
  nextTryAt: time().optional(),
  lastError: z.string().optional(),
  deliveredAt: time().optional(),
  failed: z.number().int(),
  failures: pageOf(failureSchema),
}).openapi("Webhook");

const testSchema = z.object({
  delivered: z.boolean(),
  detail: z.string(),
  tookMs: z.number().int(),
}).openapi("WebhookTest");

/** The webhook as operators see it. */
export type WebhookView = z.infer<typeof stateSchema>;

/** A delivery that was given up, as operators see it. */
export type WebhookFailureView = z.infer<typeof failureSchema>;

/** How a test went. */
export type WebhookTestView = z.infer<typeof testSchema>;

const read = createRoute({
  method: "get",
  path: "/webhook",
  tags: ["Shop webhook"],
  operationId: "readWebhook",
  summary: "Read how far the shop's webhook was told, and which deliveries were given up",
  request: { query: pageQuery },
  responses: answers(200, "The webhook", stateSchema, ["invalid"]),
});

const readFailure = createRoute({
  method: "get",
  path: "/webhook/failures/{id}",
  tags: ["Shop webhook"],
  operationId: "readFailedDelivery",
  summary: "Read a delivery that was given up",
  request: { params: idParams },
  responses: answers(200, "The delivery", failureSchema, ["not_found"]),
});

const resend = createRoute({
  method: "post",
  path: "/webhook/failures/{id}/resend",
  tags: ["Shop webhook"],
  operationId: "resendDelivery",
  summary: "Send a delivery that was given up once more",
  request: { params: idParams },
  responses: answers(200, "The delivery, waiting", failureSchema, ["not_found", "conflict"]),
});

const test = createRoute({
  method: "post",
  path: "/webhook/test",
  tags: ["Shop webhook"],
  operationId: "testWebhook",
  summary: "Send the shop's webhook a `ping` and tell what came of it",
  responses: answers(200, "What the shop answered", testSchema, ["conflict"]),
});

/** The shop's webhook: how it goes, and what operators do about it. */
export function addWebhookRoutes(app: AdminApp, parts: AdminParts) {
  const { webhook, clock } = parts;
  return app
    .openapi(read, async (c) => {
      const { page, per } = c.req.valid("query");
      const status = await webhook.status();
      const list = (page: number, per: number) => webhook.listFailures(page, per);
      const failures = await listPage(page, per, list);
      const view = { ...failures, items: failures.items.map(viewFailure) };
      return c.json({ ...viewStatus(status, clock()), failures: view }, 200);
    })
    .openapi(readFailure, async (c) => {
      const failure = await webhook.getFailure(c.req.valid("param").id);
      return failure ? c.json(viewFailure(failure), 200) : problem("not_found");
    })
    .openapi(resend, async (c) => {
      const { id } = c.req.valid("param");
      const isAsked = await webhook.resend(id);
      const failure = await webhook.getFailure(id);
      if (!failure) return problem("not_found");
      if (isAsked) return c.json(viewFailure(failure), 200);
      return problem("conflict", failure.state === "sent" ? "It was sent" : "It waits already");
    })
    .openapi(test, async (c) => {
      const testId = parts.newId();
      const isOn = stateOf(await webhook.status(), clock()) !== "off";
      if (!isOn || !await webhook.askTest(testId)) {
        return problem("conflict", "There is no webhook: workers need SHOP_WEBHOOK_URL and a key");
      }
      for (let waited = 0; waited < TEST_WAIT_MS; waited += TEST_LOOK_MS) {
        await parts.delay(TEST_LOOK_MS);
        const answer = await webhook.readTest(testId);
        if (answer) return c.json(answer, 200);
      }
      return problem("unavailable", "No worker sent the test in time");
    });
}

function stateOf(status: WebhookStatus, nowMs: number) {
  if (status.url === null) return "off";
  if (nowMs - (status.seenAt ?? 0) > GONE_AFTER_MS) return "stopped";
  if (status.attempts > 0) return "retrying";
  return status.lag.events > 0 ? "sending" : "up_to_date";
}

function viewStatus(status: WebhookStatus, nowMs: number) {
  const { url, lag, attempts, nextTryAt, lastError, deliveredAt, failed } = status;
  const ageMs = lag.oldestAt === null ? 0 : Math.max(0, nowMs - lag.oldestAt);
  return {
    state: stateOf(status, nowMs),
    ...(url === null ? {} : { url }),
    lag: { events: lag.events, more: lag.more, seconds: Math.floor(ageMs / 1_000) },
    attempts,
    ...(attempts > 0 ? { nextTryAt: isoTime(nextTryAt) } : {}),
    ...(lastError === null ? {} : { lastError }),
    ...(deliveredAt === null ? {} : { deliveredAt: isoTime(deliveredAt) }),
    failed,
  } as const;
}

function viewFailure(failure: WebhookFailure): WebhookFailureView {
  const { id, deliveryId, eventCount, attempts, error, state, createdAt, updatedAt } = failure;
  return {
    id,
    deliveryId,
    events: eventCount,
    attempts,
    error,
    state,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
  };
}
