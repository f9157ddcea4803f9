import { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import type { RehearsalRecord } from "../rehearsal/rehearsal_book.ts";
import { MAX_REHEARSAL_BUYERS } from "../rehearsal/rehearsal_plan.ts";
import { REHEARSAL_STEPS } from "../rehearsal/rehearsal_report.ts";
import { idSchema, idText } from "./admin_schemas.ts";

const timeSchema = z.string().openapi({ format: "date-time" });
const msSchema = z.number().openapi({ description: "Milliseconds" });
const countSchema = z.number().int();

/** A wish to rehearse. */
export const newRehearsalSchema = z.object({
  buyers: z.number().int().min(1).max(MAX_REHEARSAL_BUYERS).optional().openapi({
    description: "Left out: a fifth more than the copy has pieces",
  }),
  force: z.boolean().default(false).openapi({
    description: "Also while a sale is open or starts within 10 minutes",
  }),
}).openapi("NewRehearsal");

/** The path of one rehearsal. */
export const rehearsalParams = z.object({ id: idText(), rehearsalId: idText() });

const figuresSchema = z.object({
  asked: countSchema,
  accepted: countSchema,
  rushMs: msSchema,
  acceptedPerS: z.number(),
  askedPerS: z.number(),
  writtenMs: msSchema,
  writtenPerS: z.number(),
  drainMs: msSchema,
  batchP50Ms: msSchema,
  batchP95Ms: msSchema,
  batchMaxMs: msSchema,
});

const predictionSchema = z.object({
  pieces: countSchema,
  isLimited: z.boolean().openapi({
    description: "True when the sale's own limit decides how fast it sells",
  }),
  sellOutMs: msSchema,
  drainMs: msSchema,
});

/** A rehearsal, how far it has come, and what it found. */
export const rehearsalSchema = z.object({
  rehearsalId: idSchema,
  saleId: idSchema,
  state: z.enum(["running", "passed", "failed"]),
  step: z.enum(REHEARSAL_STEPS).openapi({ description: "What it is at, or was at when it ended" }),
  startedBy: z.string(),
  createdAt: timeSchema,
  finishedAt: timeSchema.nullable(),
  isRemoved: z.boolean().openapi({ description: "True when nothing of the copy is left" }),
  buyers: countSchema,
  items: z.array(z.object({
    productId: idSchema,
    stock: countSchema.openapi({ description: "Pieces of the copy; -1 is unlimited" }),
    realStock: countSchema,
    wishes: countSchema,
  })),
  done: z.array(z.object({ step: z.enum(REHEARSAL_STEPS), tookMs: msSchema })),
  progress: z.object({ answered: countSchema, accepted: countSchema, written: countSchema }),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  figures: figuresSchema.nullable(),
  prediction: predictionSchema.nullable(),
  fault: z.string().nullable().openapi({ description: "Why it broke off" }),
}).openapi("Rehearsal");

/** A rehearsal as the admin API answers it. */
export function viewRehearsal(record: RehearsalRecord): z.infer<typeof rehearsalSchema> {
  const { rehearsalId, saleId, state, startedBy, createdAt, finishedAt, report } = record;
  const isSilent = state === "failed" && report.fault === null &&
    report.checks.every(({ ok }) => ok);
  return {
    rehearsalId,
    saleId,
    state,
    startedBy,
    createdAt: isoTime(createdAt),
    finishedAt: finishedAt === null ? null : isoTime(finishedAt),
    isRemoved: record.copySaleId === null ? state !== "running" : record.removedAt !== null,
    ...report,
    // Whoever took it over cannot know what happened to the process that ran it.
    fault: isSilent ? "The process that ran it ended" : report.fault,
  };
}
