import { z } from "zod";
import {
  CLAIM_NAME_PATTERN,
  claimText,
  MAX_CLAIM_LENGTH,
  MAX_CLAIMS,
} from "../../shared/claims.ts";
import { MAX_LEVEL } from "./shop_tokens.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";

/** The id of a sale or product in a body. */
const idSchema = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Highest quantity of any buy; an item's `perUserLimit` is at most this. */
export const MAX_QUANTITY = 1_000_000_000;

/** The body of a buy. What is not named here is ignored. */
export const buyBodySchema = z.object({
  productId: idSchema,
  quantity: z.number().int().min(1).max(MAX_QUANTITY).default(1),
});

/** What a buyer wants. */
export type BuyBody = z.infer<typeof buyBodySchema>;

/** The body of a demo sign-in. */
export const demoLoginSchema = z.object({
  userId: z.string().regex(USER_ID_PATTERN),
  level: z.number().int().min(-MAX_LEVEL).max(MAX_LEVEL).default(0),
  claims: z.record(
    z.string().regex(CLAIM_NAME_PATTERN),
    z.union([z.string(), z.number(), z.boolean()]),
  ).refine(
    (claims) => {
      const values = Object.values(claims);
      return values.length <= MAX_CLAIMS && values.every((value) => claimText(value) !== null);
    },
    `At most ${MAX_CLAIMS} claims of at most ${MAX_CLAIM_LENGTH} characters`,
  ).optional(),
});

/** A field that is not as it must be. */
export interface FieldError {
  path: string;
  message: string;
}

/** A body as its schema gives it, or what is wrong with it. */
export type Parsed<T> = { value: T } | { errors: FieldError[] };

/** Most field errors that are told. */
const MAX_FIELD_ERRORS = 10;

/**
 * A body that follows a schema. `__proto__` in JSON makes an ordinary property, which the schema
 * leaves out like every other unknown one.
 */
export function parseJsonBody<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { errors: [{ path: "", message: "The body must be JSON" }] };
  }
  return parseWith(body, schema);
}

/** A value that follows a schema. */
export function parseWith<T>(value: unknown, schema: z.ZodType<T>): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data };
  const errors = result.error.issues.slice(0, MAX_FIELD_ERRORS).map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
  return { errors };
}

/**
 * The same as `parseJsonBody(text, buyBodySchema)`. Good bodies take a short way, 0.5 µs instead of
 * 1.5 µs; everything else is left to the schema.
 */
export function parseBuyBody(text: string): Parsed<BuyBody> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return parseJsonBody(text, buyBodySchema);
  }
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    const { productId, quantity = 1 } = body as { productId?: unknown; quantity?: unknown };
    if (isWithin(productId, Number.MAX_SAFE_INTEGER) && isWithin(quantity, MAX_QUANTITY)) {
      return { value: { productId, quantity } };
    }
  }
  return parseWith(body, buyBodySchema);
}

function isWithin(value: unknown, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max;
}
