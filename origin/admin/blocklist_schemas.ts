import { z } from "@hono/zod-openapi";
import { type IpRange, parseCidr, parseIp } from "../../shared/ip.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";
import type { BlockTarget } from "../customers/customer_book.ts";
import { idSchema, pageQuery } from "./admin_schemas.ts";

/**
 * The widest networks that can be blocked. A wider one is a slip of the pen, such as 0.0.0.0/0 or a
 * prefix that lost a digit, and would keep out a large part of all buyers within a second. The
 * largest blocks ever given to one network operator are these.
 */
const SHORTEST_PREFIX = { 4: 8, 6: 16 } as const;

/** The id of a customer, as the shop gives it. */
export const userIdSchema = z.string()
  .regex(USER_ID_PATTERN, "must be 1 to 64 of A-Z a-z 0-9 _ . @ -");

/** A network in its one spelling, or a fault. */
const cidrSchema = z.string().max(100).transform((text, context) => {
  const range = parseCidr(text);
  const fault = range === null ? formFault(text) : widthFault(range);
  if (range !== null && fault === null) return range.text;
  context.addIssue({ code: "custom", message: fault! });
  return z.NEVER;
}).openapi({
  type: "string",
  description: "An address alone is blocked as /32 or /128; stored and answered in one spelling, " +
    `at least /${SHORTEST_PREFIX[4]} (IPv4) or /${SHORTEST_PREFIX[6]} (IPv6)`,
  example: "203.0.113.0/24",
});

function formFault(text: string): string {
  const [address = ""] = text.split("/", 1);
  return address.includes(":") && parseIp(address)?.family === 4
    ? "must have a prefix of 96 to 128, or be written as IPv4, as it maps an IPv4 address"
    : "must be an IPv4 or IPv6 address, or one with a prefix: 203.0.113.0/24, 2001:db8::/32";
}

function widthFault({ family, prefix }: IpRange): string | null {
  const shortest = SHORTEST_PREFIX[family];
  if (prefix >= shortest) return null;
  return `must not be wider than /${shortest} as that keeps out too many: current value is /${prefix}`;
}

/** Whom to block: a user or a network, one of both. */
export const newBlockSchema = z.object({
  userId: userIdSchema.optional(),
  cidr: cidrSchema.optional(),
}).refine(
  ({ userId, cidr }) => (userId === undefined) !== (cidr === undefined),
  "must have either userId or cidr",
).openapi("NewBlock", { example: { cidr: "203.0.113.0/24" } });

/** The target of a body that follows `newBlockSchema`. */
export function targetOf({ userId, cidr }: z.infer<typeof newBlockSchema>): BlockTarget {
  return userId === undefined ? { cidr: cidr! } : { userId };
}

/** Which entries to list. */
export const blockQuery = pageQuery.extend({
  userId: userIdSchema.optional(),
  cidr: cidrSchema.optional(),
});

/** An entry of the block list: `userId` or `cidr` is there. */
export const blockSchema = z.object({
  id: idSchema,
  userId: z.string().optional(),
  cidr: z.string().optional(),
  createdAt: z.string().openapi({ format: "date-time" }),
}).openapi("Block");
