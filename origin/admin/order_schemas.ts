import { z } from "@hono/zod-openapi";
import { idSchema, idText, moneySchema, pageQuery } from "./admin_schemas.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";

const statusSchema = z.enum(["unpaid", "paid", "cancelled", "refused", "refund_due", "refunded"]);

/** Which orders to list. A ticket that is still processing has no row, so it cannot be listed. */
export const orderQuery = pageQuery.extend({
  saleId: idText().optional(),
  status: statusSchema.optional(),
  userId: z.string().regex(USER_ID_PATTERN).optional(),
});

/** An order as operators see it. */
export const orderSchema = z.object({
  ticket: z.string(),
  saleId: idSchema,
  productId: idSchema,
  userId: z.string(),
  quantity: z.number().int(),
  amount: moneySchema,
  currency: z.string(),
  status: statusSchema,
  reason: z.string().optional(),
  payBy: z.string().openapi({ format: "date-time" }),
  createdAt: z.string().openapi({ format: "date-time" }),
}).openapi("Order");

/** A change of an item's stock; negative takes back unsold pieces. */
export const stockChangeSchema = z.object({
  delta: z.number().int().min(-1_000_000_000).max(1_000_000_000)
    .refine((delta) => delta !== 0, "must not be 0"),
}).openapi("StockChange");

/** What came of a change of stock; `remaining` is null while the ledger cannot be read. */
export const changedStockSchema = z.object({
  saleId: idSchema,
  productId: idSchema,
  stock: z.number().int(),
  remaining: z.number().int().nullable(),
  state: z.enum(["applied", "pending"]),
}).openapi("ChangedStock");

const sums = {
  stock: z.number().int(),
  remaining: z.number().int(),
  processing: z.number().int(),
  unpaid: z.number().int(),
  paid: z.number().int(),
  cancelled: z.number().int(),
  refused: z.number().int(),
  refundDue: z.number().int(),
  refunded: z.number().int(),
};

/** The invariants of a sale, recomputed. */
export const proofSchema = z.object({
  ok: z.boolean(),
  moving: z.boolean(),
  ...sums,
  violations: z.array(z.object({
    invariant: z.string(),
    item: z.string(),
    ticket: z.string().optional(),
    detail: z.string(),
  })),
  violationCount: z.number().int(),
  items: z.array(z.object({
    productId: idSchema,
    ...sums,
    pending: z.number().int(),
    moving: z.boolean(),
  })),
}).openapi("Proof");
