import type { z } from "@hono/zod-openapi";
import type { rehearsalSchema } from "../../admin/rehearsal_schemas.ts";

/** A rehearsal as the admin API tells it. */
export type RehearsalView = z.infer<typeof rehearsalSchema>;

type Step = RehearsalView["step"];

/** What each step does, for who waits for it. */
export const STEP_NAMES: Record<Step, string> = {
  copy: "Copy the sale",
  open: "Workers open the copy",
  rush: "The crowd buys",
  write: "Orders are written",
  retry: "Buyers ask again",
  count: "Every ticket is counted",
  cancel: "Some cancel, others buy it",
  pay: "Some pay",
  prove: "The books are checked",
  remove: "Everything is removed",
};

/** A whole number with its thousands, `12,345`. */
export function figure(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Some time as people read it: `840 ms`, `1.7 s`, `12 min`. */
export function took(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** What a rehearsal says of the sale with its real stock; null when it says nothing. */
export function predictionText({ prediction }: RehearsalView): string | null {
  if (!prediction) return null;
  const { pieces, sellOutMs, drainMs, isLimited } = prediction;
  const by = isLimited ? "as fast as its own limit lets it" : "as fast as this installation can";
  return `With ${figure(pieces)} pieces the sale would sell out in ${took(sellOutMs)}, ${by}; ` +
    (drainMs === 0
      ? "orders would be written as they come."
      : `the last order would be written ${took(drainMs)} later.`);
}

/** What came of it, in a few words. */
export function resultText({ state, checks, fault, step, isRemoved }: RehearsalView): string {
  if (state === "running") return `${STEP_NAMES[step]}…`;
  if (state === "passed") return "Every count was right, and nothing of it is left.";
  const red = checks.filter(({ ok }) => !ok).length;
  const what = fault ?? (red === 1 ? "One count was wrong" : `${red} counts were wrong`);
  return `${what}.`.replace(/\.\.$/, ".") +
    (isRemoved ? "" : " Its copy is still to be removed, which happens by itself.");
}
