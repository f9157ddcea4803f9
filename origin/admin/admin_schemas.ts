import { z } from "@hono/zod-openapi";
import { type ProblemCode, PROBLEMS } from "../../shared/problem.ts";

/** Highest id: 15 digits, so that every id is exact in a double. */
const MAX_ID = 999_999_999_999_999;

/** The id of a sale or product in a body. */
export const idSchema = z.number().int().min(1).max(MAX_ID);

/** An id in a path or query. */
export function idText() {
  return z.string().regex(/^[1-9]\d{0,14}$/, "must be a positive whole number").transform(Number)
    .openapi({ type: "integer", minimum: 1, maximum: MAX_ID });
}

/** The path parameters of one sale or product. */
export const idParams = z.object({ id: idText() });

/** A count in a query, from 1. */
function countText(fallback: number, max: number) {
  return z.string().regex(/^[1-9]\d{0,9}$/, "must be a positive whole number")
    .default(String(fallback))
    .transform(Number)
    .refine((count) => count <= max, `must be at most ${max}`)
    .openapi({ type: "integer", minimum: 1, maximum: max, default: fallback });
}

/** Which part of a list is asked for. */
export const pageQuery = z.object({
  page: countText(1, 1_000_000_000),
  per: countText(20, 200),
});

/** A list of something, as all lists are. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    page: z.number().int(),
    per: z.number().int(),
    total: z.number().int(),
  });
}

/** Text that can be stored and sent: no lone surrogates, no control characters but the allowed. */
function storable(text: string, allowed: RegExp): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text.replace(allowed, ""));
}

/** One line of text, which may be empty. */
export function line(maxLength: number) {
  return z.string().max(maxLength)
    .refine((text) => storable(text, /(?!)/), "must not have control characters");
}

/** One line that says something. */
export function filledLine(maxLength: number) {
  return line(maxLength).refine((text) => text.trim() !== "", "must not be empty")
    .openapi({ minLength: 1 });
}

/** Text of several lines, which may be empty. */
export function prose(maxLength: number) {
  return z.string().max(maxLength)
    .refine((text) => storable(text, /[\n\r\t]/g), "must not have control characters");
}

/** An amount in minor units. */
export const moneySchema = z.number().int().min(0).max(1_000_000_000_000)
  .openapi({ description: "Minor units of the currency" });

/** A refusal, RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
}).openapi("Problem", {
  description: "A refusal, RFC 9457",
  example: {
    type: "urn:dropgate:problem:invalid",
    title: PROBLEMS.invalid.title,
    status: PROBLEMS.invalid.status,
    code: "invalid",
    detail: "price: must be at least 0",
    errors: [{ path: "price", message: "must be at least 0" }],
  },
});

/** One answer of a route, as OpenAPI tells of it. */
export interface DocumentedAnswer {
  description: string;
  content?: Record<string, { schema: z.ZodType }>;
}

/** The answers of a route as the types of handlers and of the client know them. */
export type Answers<S extends number, T extends z.ZodType | null> =
  & {
    [K in S]: T extends z.ZodType
      ? { description: string; content: { "application/json": { schema: T } } }
      : { description: string };
  }
  // Every refusal is a problem, whatever its status: one member stands for all of them.
  & { 500: { description: string } };

/** The answers of a route: the one hoped for, and refusals by their codes. */
export function answers<S extends 200 | 201 | 202 | 204, T extends z.ZodType | null>(
  status: S,
  description: string,
  schema: T,
  codes: ProblemCode[] = [],
): Answers<S, T> {
  const told: Record<string, DocumentedAnswer> = {
    [status]: schema === null
      ? { description }
      : { description, content: { "application/json": { schema } } },
  };
  for (const code of new Set<ProblemCode>([...codes, "unauthenticated", "unavailable"])) {
    const { status, title } = PROBLEMS[code];
    const before = told[status];
    told[status] = {
      description: before ? `${before.description}; ${title} (${code})` : `${title} (${code})`,
      content: { "application/problem+json": { schema: problemSchema } },
    };
  }
  return told as unknown as Answers<S, T>;
}

/** A JSON body that a route cannot do without. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } };
}

/** The fields that were given: what was left out is missing, not undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
