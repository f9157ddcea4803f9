import { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import type { Readiness } from "../readiness/readiness.ts";
import { idSchema } from "./admin_schemas.ts";

const timeSchema = z.string().openapi({ format: "date-time" });

const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** What was seen. */
  detail: z.string(),
  /** What to do; null when nothing is. A line that is ok may have one too. */
  advice: z.string().nullable(),
});

/** Whether a sale could sell: every part that buyers depend on, checked. */
export const readinessSchema = z.object({
  saleId: idSchema,
  status: z.enum(["draft", "published", "closed"]),
  ready: z.boolean(),
  checks: z.array(checkSchema),
  checkedAt: timeSchema,
  /** What was found last by itself, within a quarter of an hour before the start. */
  automatic: z.object({
    ready: z.boolean(),
    checkedAt: timeSchema,
    failed: z.array(z.string()).openapi({ description: "Names of the checks that were not ok" }),
  }).nullable(),
}).openapi("Readiness");

/** A readiness as the admin API answers it. */
export function viewReadiness(
  found: Readiness,
  automatic: Readiness | null,
): z.infer<typeof readinessSchema> {
  return {
    ...found,
    checkedAt: isoTime(found.checkedAt),
    automatic: automatic && {
      ready: automatic.ready,
      checkedAt: isoTime(automatic.checkedAt),
      failed: automatic.checks.filter(({ ok }) => !ok).map(({ name }) => name),
    },
  };
}
