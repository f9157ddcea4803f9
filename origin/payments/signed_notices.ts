import { z } from "zod";
import { GatewayUnavailable, type RawNotification, type Verification } from "./payment_gateway.ts";
import { isSignedWebhook, SIGNATURE_HEADER } from "./webhook_signature.ts";

/** The one type of event that is acted on. */
export const PAID_EVENT = "payment.succeeded";

/** Ids of the provider: visible ASCII, as the tables keep them. */
const providerId = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const eventSchema = z.object({ type: z.string().max(200) });

/** The body of a notification of a captured payment. What is not named here is ignored. */
const noticeSchema = z.object({
  eventId: providerId,
  // Whether it can be a ticket is the order book's question.
  ticket: z.string().max(1_000),
  paymentId: providerId,
  amount: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  currency: z.string().regex(/^[A-Za-z]{3}$/),
});

/**
 * Verifies a notification in Dropgate's own form: signed with one of `PAYMENT_WEBHOOK_KEY`'s keys.
 *
 * @throws {GatewayUnavailable} when there is no key.
 */
export function verifySignedNotice(
  { body, headers }: RawNotification,
  keys: readonly string[],
  nowMs: number,
): Verification {
  if (keys.length === 0) throw new GatewayUnavailable("PAYMENT_WEBHOOK_KEY is not set");
  if (!isSignedWebhook(headers.get(SIGNATURE_HEADER), body, keys, nowMs)) {
    return { kind: "bad_signature" };
  }
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return { kind: "malformed", detail: "The body must be JSON" };
  }
  const typed = eventSchema.safeParse(event);
  if (!typed.success) return malformed(typed.error);
  if (typed.data.type !== PAID_EVENT) return { kind: "ignored", type: typed.data.type };
  const read = noticeSchema.safeParse(event);
  return read.success ? { kind: "verified", notice: read.data } : malformed(read.error);
}

function malformed(error: z.ZodError): Verification {
  const issue = error.issues[0];
  const path = issue?.path.join(".") || "The body";
  return { kind: "malformed", detail: `${path}: ${issue?.message ?? "is not as it must be"}` };
}
