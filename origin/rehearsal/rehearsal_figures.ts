import type { Sale } from "../catalog/catalog.ts";
import type { RehearsalFigures, RehearsalPrediction, RehearsedItem } from "./rehearsal_report.ts";

/** Accepted buys below which a rate says more about chance than about the machine. */
const FEWEST_FOR_PREDICTION = 200;

/** When things happened in a rush, ms of one clock. */
export interface RushTimes {
  beganAt: number;
  answeredAt: number;
  /** When every accepted order was found written. */
  writtenAt: number;
}

/** What was measured; a rush that took no measurable time counts as a millisecond. */
export function figuresOf(
  counts: { asked: number; accepted: number },
  batchesMs: number[],
  { beganAt, answeredAt, writtenAt }: RushTimes,
): RehearsalFigures {
  const rushMs = Math.max(1, Math.round(answeredAt - beganAt));
  const writtenMs = Math.max(1, Math.round(writtenAt - beganAt));
  const sorted = batchesMs.toSorted((a, b) => a - b);
  return {
    ...counts,
    rushMs,
    acceptedPerS: rate(counts.accepted, rushMs),
    askedPerS: rate(counts.asked, rushMs),
    writtenMs,
    writtenPerS: rate(counts.accepted, writtenMs),
    drainMs: Math.max(0, writtenMs - rushMs),
    batchP50Ms: percentile(sorted, 0.5),
    batchP95Ms: percentile(sorted, 0.95),
    batchMaxMs: percentile(sorted, 1),
  };
}

function rate(count: number, ms: number): number {
  return Math.round((count * 1_000) / ms);
}

/** The nearest rank, rounded to a tenth of a ms; 0 of nothing. */
function percentile(sorted: number[], share: number): number {
  const at = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return Math.round((sorted[at] ?? 0) * 10) / 10;
}

/**
 * How long the real stock would take at the rates measured; null when too little was sold to tell, or
 * when the stock is unlimited. Edges let `ratePerSecond` buys through behind a first `burst`, which
 * the rehearsal goes around: where that is slower than the machine, it decides.
 */
export function predict(
  figures: RehearsalFigures,
  items: RehearsedItem[],
  limits: Sale["limits"],
): RehearsalPrediction | null {
  if (items.some(({ realStock }) => realStock < 0)) return null;
  const pieces = items.reduce((sum, { realStock }) => sum + realStock, 0);
  const isTooFew = figures.accepted < FEWEST_FOR_PREDICTION;
  if (isTooFew || figures.acceptedPerS === 0 || figures.writtenPerS === 0) return null;
  const byMachineMs = (pieces * 1_000) / figures.acceptedPerS;
  const byLimitMs = (Math.max(0, pieces - limits.burst) * 1_000) / limits.ratePerSecond;
  const sellOutMs = Math.max(byMachineMs, byLimitMs);
  return {
    pieces,
    isLimited: byLimitMs > byMachineMs,
    sellOutMs: Math.round(sellOutMs),
    drainMs: Math.round(Math.max(0, (pieces * 1_000) / figures.writtenPerS - sellOutMs)),
  };
}
