import { type Context, Hono } from "hono";
import { z } from "zod";
import { problem } from "../../shared/problem.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";
import type { CancelAnswer, CancelDesk } from "../payments/cancel_desk.ts";
import type { NoticeAnswer, PayAnswer, PaymentDesk } from "../payments/payment_desk.ts";
import { readBoundedBody, readBoundedBytes } from "./bounded_body.ts";

/** Most bytes of a notification. */
export const MAX_NOTICE_BYTES = 64 * 1024;

/** Most bytes of the other requests: a user id and an address. */
const MAX_REQUEST_BYTES = 4 * 1024;

const BODY_TIMEOUT_MS = 5_000;

/** When a buyer whose order is still being written may ask again, s. */
const PROCESSING_RETRY_S = "1";

/** What pays, and what cancels. */
export interface PaymentRoutesParts {
  payments: PaymentDesk;
  cancels: CancelDesk;
}

const cancelSchema = z.object({ userId: z.string().regex(USER_ID_PATTERN) });
const paySchema = cancelSchema.extend({
  returnUrl: z.url({ protocol: /^https?$/ }).max(2_000),
});

/** Paying and cancelling, below `/internal`; whoever guards that guards this. */
export function paymentRoutes({ payments, cancels }: PaymentRoutesParts): Hono {
  const app = new Hono();

  app.post("/orders/:ticket/payment", async (c) => {
    const asked = await readJson(c, paySchema);
    if (!asked) return problem("invalid", "The body is {userId, returnUrl}");
    const ticket = c.req.param("ticket");
    return payResponse(await payments.createPayment(ticket, asked.userId, asked.returnUrl));
  });

  app.post("/orders/:ticket/cancel", async (c) => {
    const asked = await readJson(c, cancelSchema);
    if (!asked) return problem("invalid", "The body is {userId}");
    return cancelResponse(await cancels.cancel(c.req.param("ticket"), asked.userId));
  });

  app.post("/payments/webhook", async (c) => {
    const limits = { maxBytes: MAX_NOTICE_BYTES, timeoutMs: BODY_TIMEOUT_MS };
    const body = await readBoundedBytes(c.req.raw, limits);
    if (body.kind === "too_large") {
      return problem("too_large", `A notification has at most ${MAX_NOTICE_BYTES} bytes`);
    }
    if (body.kind === "too_slow") return problem("invalid", "The body came too slowly");
    const { headers } = c.req.raw;
    return noticeResponse(await payments.takeNotification({ body: body.bytes, headers }));
  });

  return app;
}

/** A small JSON body that follows a schema, or null. */
export async function readJson<T>(c: Context, schema: z.ZodType<T>): Promise<T | null> {
  const limits = { maxBytes: MAX_REQUEST_BYTES, timeoutMs: BODY_TIMEOUT_MS };
  const body = await readBoundedBody(c.req.raw, limits);
  if (body.kind !== "read") return null;
  try {
    return schema.safeParse(JSON.parse(body.text)).data ?? null;
  } catch {
    return null;
  }
}

function payResponse(answer: PayAnswer): Response {
  switch (answer.kind) {
    case "created":
      return Response.json(answer.payment, { status: 201 });
    case "not_found":
      return problem("not_found", "There is no such order of this user");
    case "not_payable": {
      const extra = { orderStatus: answer.status };
      return problem("not_payable", answer.detail, extra, later(answer.status));
    }
    case "unavailable":
      return problem("unavailable", answer.detail);
  }
}

function cancelResponse(answer: CancelAnswer): Response {
  switch (answer.kind) {
    case "cancelled":
      return Response.json(answer.order);
    case "not_found":
      return problem("not_found", "There is no such order of this user");
    case "not_cancellable": {
      const detail = `The order is ${answer.status.replace("_", " ")}`;
      const extra = { orderStatus: answer.status };
      return problem("not_cancellable", detail, extra, later(answer.status));
    }
    case "unavailable":
      return problem("unavailable", "The order book is away");
  }
}

/** An order that is still being written may take in a moment what it cannot now. */
function later(status: string): Record<string, string> {
  return status === "processing" ? { "retry-after": PROCESSING_RETRY_S } : {};
}

/** What a provider hears: 200 ends its tries, 503 asks for another one. */
function noticeResponse(answer: NoticeAnswer): Response {
  switch (answer.kind) {
    case "taken":
      return Response.json({ outcome: answer.outcome });
    case "bad_signature":
      return problem("unauthenticated", "The signature is missing, wrong or too old");
    case "malformed":
      return problem("invalid", answer.detail);
    case "unknown_ticket":
      return problem("not_found", "There can be no order of this ticket");
    case "wrong_amount":
      return problem("wrong_amount");
    case "unavailable":
      return problem("unavailable", answer.detail);
  }
}
