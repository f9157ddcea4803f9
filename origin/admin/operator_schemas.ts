import { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import type { Operator } from "../operators/operator_book.ts";
import { PASSWORD_LENGTHS } from "../operators/password_rules.ts";
import { ROLES } from "../operators/principal.ts";
import { idSchema, pageQuery } from "./admin_schemas.ts";

const isoSchema = z.string().openapi({ format: "date-time" });

export const roleSchema = z.enum(ROLES).openapi({
  description: "viewer reads; operator runs sales; admin also manages operators and cleans up",
});

/** Longer ones are told how long they may be, by `refusePassword`; this only bounds the work. */
export const passwordSchema = z.string().max(1_000).openapi({
  format: "password",
  example: "four words that nobody guesses",
  description: `${PASSWORD_LENGTHS.least} to ${PASSWORD_LENGTHS.most} characters, not the name ` +
    "and none that everybody tries first",
});

/** A new operator. */
export const newOperatorSchema = z.object({
  name: z.string().max(1_000).openapi({
    description: "1 to 64 of A-Z a-z 0-9 _ . @ -; unique whatever its case",
  }),
  role: roleSchema,
  password: passwordSchema,
}).openapi("NewOperator");

/** A change of an operator. */
export const operatorChangesSchema = z.object({
  role: roleSchema,
  disabled: z.boolean(),
  password: passwordSchema,
}).partial().openapi("OperatorChanges", {
  description: "What is left out stays. A new password and disabling end all sessions; a new " +
    "password also unlocks",
});

/** An operator as admins see him. No hash ever leaves the table. */
export const operatorSchema = z.object({
  id: idSchema,
  name: z.string(),
  role: roleSchema,
  disabled: z.boolean(),
  lockedUntil: isoSchema.nullable().openapi({
    description: "Until when no password is looked at, after wrong ones; null when not locked",
  }),
  createdAt: isoSchema,
  updatedAt: isoSchema,
}).openapi("Operator");

/** Which operators to list. */
export const operatorQuery = pageQuery;

/** Who asks. */
export const accountSchema = z.object({
  id: idSchema.nullable().openapi({ description: "null for ADMIN_TOKEN" }),
  name: z.string(),
  role: roleSchema,
  via: z.enum(["token", "session"]),
}).openapi("Account");

/** One's own new password. */
export const ownPasswordSchema = z.object({
  currentPassword: z.string().max(1_000).openapi({ format: "password" }),
  password: passwordSchema,
}).openapi("OwnPassword");

/** One's own live sessions. */
export const ownSessionsSchema = z.object({
  items: z.array(z.object({
    createdAt: isoSchema,
    seenAt: isoSchema,
    expiresAt: isoSchema,
    isThis: z.boolean().openapi({ description: "The session that asks" }),
  })),
}).openapi("OwnSessions");

/** How many sessions were ended. */
export const endedSchema = z.object({ ended: z.number().int() });

/** An operator for an answer. */
export function viewOperator(operator: Operator): z.infer<typeof operatorSchema> {
  const { id, name, role, disabled, lockedUntil, createdAt, updatedAt } = operator;
  return {
    id,
    name,
    role,
    disabled,
    lockedUntil: lockedUntil > 0 ? isoTime(lockedUntil) : null,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
  };
}
