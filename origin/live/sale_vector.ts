import { BUY_OUTCOMES, LATENCY_BOUNDS_MS, type SaleReport } from "../../shared/process_report.ts";

/** Limits that refuse, as edges name them. */
export const LIMIT_NAMES = ["user", "address", "sale"] as const;

/** What happens with the slider. */
export const CAPTCHA_PARTS = ["asked", "solved", "failed", "spent"] as const;

const WRITTEN_PARTS = ["orders", "refused"] as const;

/** Where each group of counts begins. */
const LATENCY_AT = BUY_OUTCOMES.length;
const LATENCY_SIZE = LATENCY_BOUNDS_MS.length + 1;
const LIMITS_AT = LATENCY_AT + LATENCY_SIZE;
const CAPTCHA_AT = LIMITS_AT + LIMIT_NAMES.length;
const WRITTEN_AT = CAPTCHA_AT + CAPTCHA_PARTS.length;
const SIZE = WRITTEN_AT + WRITTEN_PARTS.length;

/**
 * All counts of a sale as one list of numbers, so that sums, differences and what lies between two
 * reports are one loop each.
 */
export type SaleVector = Float64Array;

/** The same by name. */
export interface SaleFigures {
  /** By `BuyOutcome`; zeros are left out. */
  outcomes: Record<string, number>;
  /** By `LATENCY_BOUNDS_MS`, and one above. */
  latency: number[];
  limits: Record<(typeof LIMIT_NAMES)[number], number>;
  captcha: Record<(typeof CAPTCHA_PARTS)[number], number>;
  written: Record<(typeof WRITTEN_PARTS)[number], number>;
}

/** A sale in which nothing happened. */
export function emptyVector(): SaleVector {
  return new Float64Array(SIZE);
}

/** The counts of a report. Outcomes of a newer version count as `other`. */
export function vectorOf(report: SaleReport): SaleVector {
  const vector = emptyVector();
  for (const [name, count] of Object.entries(report.outcomes ?? {})) {
    const known = BUY_OUTCOMES.indexOf(name as (typeof BUY_OUTCOMES)[number]);
    vector[known < 0 ? BUY_OUTCOMES.indexOf("other") : known]! += count;
  }
  (report.latency ?? []).slice(0, LATENCY_SIZE).forEach((count, at) => {
    vector[LATENCY_AT + at] = count;
  });
  LIMIT_NAMES.forEach((name, at) => vector[LIMITS_AT + at] = report.limits?.[name] ?? 0);
  CAPTCHA_PARTS.forEach((name, at) => vector[CAPTCHA_AT + at] = report.captcha?.[name] ?? 0);
  WRITTEN_PARTS.forEach((name, at) => vector[WRITTEN_AT + at] = report.written?.[name] ?? 0);
  return vector;
}

/** Counts by name; `scale` multiplies each, as for rates. */
export function figuresOf(vector: SaleVector, scale = 1): SaleFigures {
  const named = <Name extends string>(names: readonly Name[], from: number) =>
    Object.fromEntries(
      names.map((name, at) => [name, (vector[from + at] ?? 0) * scale]),
    ) as Record<Name, number>;
  const outcomes = Object.entries(named(BUY_OUTCOMES, 0)).filter(([, count]) => count > 0);
  return {
    outcomes: Object.fromEntries(outcomes),
    latency: [...latencyOf(vector)].map((count) => count * scale),
    limits: named(LIMIT_NAMES, LIMITS_AT),
    captcha: named(CAPTCHA_PARTS, CAPTCHA_AT),
    written: named(WRITTEN_PARTS, WRITTEN_AT),
  };
}

/** The classes of latency of a vector. */
export function latencyOf(vector: SaleVector): Float64Array {
  return vector.subarray(LATENCY_AT, LATENCY_AT + LATENCY_SIZE);
}

/** Adds to `sum` in place. */
export function addTo(sum: SaleVector, other: SaleVector): void {
  for (let at = 0; at < SIZE; at += 1) sum[at]! += other[at]!;
}

/** `later − earlier`, never below 0: totals of one process do not fall. */
export function growth(later: SaleVector, earlier: SaleVector): SaleVector {
  return later.map((count, at) => Math.max(0, count - earlier[at]!));
}

/** What lies between two vectors: 0 is the first, 1 the second. */
export function between(first: SaleVector, second: SaleVector, part: number): SaleVector {
  return first.map((count, at) => count + (second[at]! - count) * part);
}
