import { z } from "@hono/zod-openapi";
import { CLAIM_NAME_PATTERN, MAX_CLAIM_LENGTH, MAX_CLAIMS } from "../../shared/claims.ts";
import { filledLine, line } from "./admin_schemas.ts";

/** Most values of one rule. */
const MAX_RULE_VALUES = 64;

/**
 * The name of a claim. `__proto__` fits the pattern, but a claim of that name would be lost on its
 * way through objects, and its rule would keep everybody out.
 */
const claimNameSchema = z.string()
  .regex(
    CLAIM_NAME_PATTERN,
    "must be 1 to 64 of A-Z a-z 0-9 _ : / . - and begin with a letter or _",
  )
  .refine((name) => name !== "__proto__", "must not be __proto__");

const claimRuleSchema = z.object({
  claim: claimNameSchema,
  anyOf: z.array(filledLine(MAX_CLAIM_LENGTH)).min(1).max(MAX_RULE_VALUES),
}).openapi("ClaimRule", {
  description: "The shop's token, or the user table, must give the claim one of these values",
});

/** Rules of a sale: all of them must be met. */
export const claimRulesSchema = z.array(claimRuleSchema).max(MAX_CLAIMS);

/** A claim as operators write it: numbers and booleans are taken as their text, as in a token. */
const claimValueSchema = z.union([line(MAX_CLAIM_LENGTH), z.number(), z.boolean()])
  .transform(String)
  .refine((text) => text.length <= MAX_CLAIM_LENGTH, `must have at most ${MAX_CLAIM_LENGTH}`)
  .openapi({ type: "string", maxLength: MAX_CLAIM_LENGTH });

const usableClaims = z.record(z.string(), claimValueSchema)
  .superRefine((claims, context) => {
    const names = Object.keys(claims);
    if (names.length > MAX_CLAIMS) {
      context.addIssue({ code: "custom", message: `must have at most ${MAX_CLAIMS} claims` });
    }
    for (const name of names.slice(0, MAX_CLAIMS)) {
      const { error } = claimNameSchema.safeParse(name);
      if (error) {
        context.addIssue({ code: "custom", path: [name], message: error.issues[0]!.message });
      }
    }
  });

/** Claims of a customer, name by name. A record leaves `__proto__` out before anybody sees it. */
export const claimsSchema = z.preprocess((value, context) => {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")) {
    const { error } = claimNameSchema.safeParse("__proto__");
    context.addIssue({
      code: "custom",
      path: ["__proto__"],
      message: error!.issues[0]!.message,
    });
  }
  return value;
}, usableClaims)
  .openapi({ description: "At most 8; each goes before the token's claim of the same name" });
