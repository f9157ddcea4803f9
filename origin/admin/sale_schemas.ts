import { z } from "@hono/zod-openapi";
import {
  DEFAULT_LIMITS,
  DEFAULT_MAX_EXPIRED_HOLDS,
  DEFAULT_PAYMENT_WINDOW_S,
} from "../../shared/sale.ts";
import { claimRulesSchema } from "./claim_schemas.ts";
import { filledLine, idSchema, moneySchema } from "./admin_schemas.ts";

/** Items of one sale. */
const MAX_ITEMS = 200;

/** Bounds of a sale's times: what lies beyond is a slip of the pen. */
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

const TIME_PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.]\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The ms of an ISO 8601 time with a zone, or null for what is no such time. */
export function readIsoTime(text: string): number | null {
  const match = TIME_PATTERN.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // Date takes 30 February for 2 March.
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

const timeSchema = z.string().transform((text, context) => {
  const ms = readIsoTime(text);
  if (ms !== null && ms >= EARLIEST && ms < LATEST) return ms;
  const message = ms === null
    ? "must be an ISO 8601 time with a zone"
    : "must lie in the years 2000 to 2199";
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}).openapi({ type: "string", format: "date-time" });

const stockSchema = z.number().int().min(-1).max(1_000_000_000)
  .openapi({ description: "Pieces put on sale; -1 is unlimited" });

const perUserLimitSchema = z.number().int().min(1).max(1_000_000_000);

const itemFields = {
  productId: idSchema,
  stock: stockSchema,
  price: moneySchema.optional().openapi({ description: "Left out: the product's price" }),
};

const newItemSchema = z.object({ ...itemFields, perUserLimit: perUserLimitSchema.default(1) })
  .refine(hasExactAmount, "price times perUserLimit must be exact");

/** An item in a change: a limit that is left out stays what it is. */
const changedItemSchema = z.object({
  ...itemFields,
  stock: stockSchema.optional(),
  perUserLimit: perUserLimitSchema.optional(),
})
  .refine(hasExactAmount, "price times perUserLimit must be exact");

function hasExactAmount(item: { price?: number | undefined; perUserLimit?: number | undefined }) {
  return isExactAmount(item.price ?? 0, item.perUserLimit ?? 1);
}

/** True when the highest amount of an order is exact in a double. */
export function isExactAmount(price: number, quantity: number): boolean {
  return price * quantity <= Number.MAX_SAFE_INTEGER;
}

/** The items of a sale, each product once. */
function itemsOf<T extends z.ZodType<{ productId: number }>>(item: T) {
  return z.array(item).min(1).max(MAX_ITEMS).refine(
    (items) => new Set(items.map(({ productId }) => productId)).size === items.length,
    "must not name a product twice",
  );
}

const limitSchema = z.number().int().min(1).max(1_000_000_000);

const limitChangesSchema = z.object({
  ratePerSecond: limitSchema,
  burst: limitSchema,
  userPerMinute: limitSchema,
  ipPerMinute: limitSchema,
}).partial();

const captchaSchema = z.enum(["always", "suspicious", "off"]);

const fields = {
  title: filledLine(200),
  startsAt: timeSchema,
  endsAt: timeSchema,
  items: itemsOf(newItemSchema),
  limits: limitChangesSchema,
  captcha: captchaSchema,
  minLevel: z.number().int().min(0).max(1_000_000),
  claims: claimRulesSchema,
  paymentWindowS: z.number().int().min(1).max(86_400),
  maxExpiredHolds: z.number().int().min(1).max(1_000).openapi({
    description: "A buyer with so many unpaid orders expired in the sale may hold nothing more",
  }),
};

/** False only when both ends are given and the wrong way round. */
function isWindow({ startsAt, endsAt }: { startsAt?: number; endsAt?: number }): boolean {
  return startsAt === undefined || endsAt === undefined || endsAt > startsAt;
}

const WINDOW_RULE = { message: "must be after startsAt", path: ["endsAt"] };

/** A new sale. Limits that are left out take their defaults one by one. */
export const newSaleSchema = z.object({
  ...fields,
  limits: fields.limits.default({}),
  captcha: captchaSchema.default("suspicious"),
  minLevel: fields.minLevel.default(0),
  claims: claimRulesSchema.default([]),
  paymentWindowS: fields.paymentWindowS.default(DEFAULT_PAYMENT_WINDOW_S),
  maxExpiredHolds: fields.maxExpiredHolds.default(DEFAULT_MAX_EXPIRED_HOLDS),
}).refine(isWindow, WINDOW_RULE).openapi("NewSale", {
  description: `Default limits: ${JSON.stringify(DEFAULT_LIMITS)}`,
  example: {
    title: "Spring sale",
    startsAt: "2026-06-01T10:00:00Z",
    endsAt: "2026-06-01T12:00:00Z",
    items: [{ productId: 3, stock: 100, price: 990, perUserLimit: 2 }],
    limits: { ratePerSecond: 2_000 },
    captcha: "suspicious",
  },
});

/** A change of a sale, field by field; of published items only the limits, and only upwards. */
export const saleChangesSchema = z.object({ ...fields, items: itemsOf(changedItemSchema) })
  .partial()
  .refine((sale) => isWindow(sale as { startsAt?: number; endsAt?: number }), WINDOW_RULE)
  .openapi("SaleChanges", {
    example: { endsAt: "2026-06-01T13:00:00Z", limits: { burst: 4_000 }, captcha: "always" },
  });

/** A sale as the admin API answers it. */
export const saleSchema = z.object({
  saleId: idSchema,
  title: z.string(),
  startsAt: z.string().openapi({ format: "date-time" }),
  endsAt: z.string().openapi({ format: "date-time" }),
  status: z.enum(["draft", "published", "closed"]),
  state: z.enum(["draft", "upcoming", "open", "sold_out", "paused", "ended"]),
  paused: z.boolean(),
  minLevel: z.number().int(),
  claims: claimRulesSchema,
  captcha: captchaSchema,
  limits: limitChangesSchema.required(),
  paymentWindowS: z.number().int(),
  maxExpiredHolds: z.number().int(),
  items: z.array(z.object({
    productId: idSchema,
    stock: stockSchema,
    sold: z.number().int().openapi({ description: "Pieces of orders unpaid and paid" }),
    price: moneySchema,
    currency: z.string(),
    perUserLimit: perUserLimitSchema,
  })),
}).openapi("Sale");
