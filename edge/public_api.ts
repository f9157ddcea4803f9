import { z } from "zod";
import { type ProblemCode, PROBLEMS } from "../shared/problem.ts";

const id = z.number().int().min(1);
const time = z.iso.datetime().describe("ISO 8601 UTC with milliseconds");
const amount = z.number().int().min(0).describe("Minor units of the currency");
const currency = z.string().describe("ISO 4217");
const stock = z.number().int().min(-1).describe("Pieces left; −1 is unlimited");
const state = z.enum(["upcoming", "open", "sold_out", "paused", "ended"]);

function listOf<T extends z.ZodType>(entry: T) {
  return z.object({
    items: z.array(entry),
    page: z.number().int().min(1),
    per: z.number().int().min(1).max(200),
    total: z.number().int().min(0),
  });
}

/** A sale as buyers see it. */
export const saleSchema = z.object({
  saleId: id,
  title: z.string(),
  startsAt: time,
  endsAt: time,
  minLevel: z.number().int().describe("Lowest level of an account that may buy"),
  state,
  serverNow: time,
  items: z.array(z.object({
    productId: id,
    name: z.string(),
    price: amount,
    currency,
    stock,
    perUserLimit: z.number().int().min(1),
  })),
});

export const saleListSchema = listOf(saleSchema);

/** The live stock of a sale. */
export const stockSchema = z.object({
  serverNow: time,
  state,
  items: z.array(z.object({
    productId: id,
    stock,
    soldOutAt: time.optional().describe("When the last piece went"),
    mayReturnAt: time.optional().describe("When the next unpaid order ends"),
  })),
});

/** A product, with the price of the newest sale that has it; its own price in no sale. */
export const productSchema = z.object({
  productId: id,
  name: z.string(),
  subtitle: z.string(),
  description: z.string(),
  images: z.array(z.string()),
  price: amount,
  currency,
  saleIds: z.array(id),
});

/** A session that was begun. */
export const sessionSchema = z.object({ token: z.string(), expiresAt: time });

/** Who is signed in. */
export const whoSchema = z.object({
  userId: z.string().nullable(),
  level: z.number().int().optional(),
  claims: z.record(z.string(), z.string()).optional().describe(
    "What sales may ask for besides the level, say membership",
  ),
  expiresAt: time.optional(),
});

/** What a buyer is told who got something. */
export const buyDoneSchema = z.object({
  outcome: z.enum(["reserved", "processing"]),
  ticket: z.string(),
  payBy: time.optional().describe("Only when reserved"),
});

/** An order as its buyer sees it. */
export const orderSchema = z.object({
  ticket: z.string(),
  receipt: z.string().describe("A compact JWS of the order's facts"),
  saleId: id,
  productId: id,
  quantity: z.number().int().min(1),
  amount,
  currency,
  status: z.enum([
    "processing",
    "unpaid",
    "paid",
    "cancelled",
    "refused",
    "refund_due",
    "refunded",
  ]),
  payBy: time.optional(),
  reason: z.string().optional(),
});

export const orderListSchema = listOf(orderSchema).extend({ serverNow: time });

/** A payment that was begun. */
export const paymentSchema = z.object({
  paymentId: z.string(),
  redirectUrl: z.string().describe("Where the buyer pays"),
});

/** What a payment provider tells. */
export const noticeSchema = z.object({
  eventId: z.string().describe("1 to 128 visible characters; told twice, it counts once"),
  type: z.string().describe("payment.succeeded; others are answered with 200 and ignored"),
  ticket: z.string(),
  paymentId: z.string().describe("1 to 128 visible characters"),
  amount,
  currency,
});

/** What became of a notification. */
export const noticeTakenSchema = z.object({
  outcome: z.enum(["applied", "known", "stored", "refund_due", "ignored"]),
});

/** Every refusal and failure, RFC 9457. */
export const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string().optional(),
  retryAfterMs: z.number().int().optional()
    .describe("Beside not_started and rate_limited: Retry-After to the millisecond"),
});
