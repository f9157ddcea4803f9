import { z } from "@hono/zod-openapi";
import { idSchema, moneySchema } from "./admin_schemas.ts";
import { parkedSummarySchema } from "./message_schemas.ts";
import { orderQuery, orderSchema } from "./order_schemas.ts";
import { paymentSchema } from "./payment_schemas.ts";

const time = () => z.string().openapi({ format: "date-time" });

/** The path parameter of one order. What can be no ticket is the ticket of nothing. */
export const ticketParams = z.object({
  ticket: z.string().max(200).openapi({ example: "7-3-ann-1000000001" }),
});

/** What the ledger was told, or has to be told, when a ticket ended. */
const ticketEventSchema = z.object({
  id: z.string(),
  kind: z.enum(["restock", "drop"]).openapi({
    description: "restock gives the piece back to the stock, drop does not",
  }),
  delta: z.number().int(),
  state: z.enum(["pending", "done", "void"]),
  createdAt: time(),
  appliedAt: time().optional(),
});

/** An order with everything that is known of it. */
export const orderDetailSchema = z.object({
  ticket: z.string(),
  saleId: idSchema,
  productId: idSchema,
  userId: z.string(),
  quantity: z.number().int(),
  amount: moneySchema,
  currency: z.string().openapi({ example: "EUR" }),
  status: z.enum(["processing", ...orderSchema.shape.status.options]),
  recorded: z.boolean().openapi({
    description: "false while only the ledger knows the ticket: there is no row, so no times and " +
      "no message either",
  }),
  reason: z.string().optional().openapi({ example: "by_operator" }),
  payBy: time().optional(),
  createdAt: time().optional(),
  updatedAt: time().optional(),
  requestId: z.string().optional().openapi({ description: "The buyer's Idempotency-Key" }),
  messageId: z.string().optional(),
  payments: z.array(paymentSchema),
  stockEvents: z.array(ticketEventSchema),
  parked: z.array(parkedSummarySchema).openapi({
    description: "Parked messages of this ticket",
  }),
}).openapi("OrderDetail");

/** Which orders to export, and how. */
export const exportQuery = orderQuery.pick({ saleId: true, status: true, userId: true }).extend({
  bom: z.enum(["true", "false"]).default("false").transform((text) => text === "true").openapi({
    type: "boolean",
    default: false,
    description: "Begin with a byte order mark, by which spreadsheets know UTF-8",
  }),
});
