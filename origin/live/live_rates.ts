import { LATENCY_BOUNDS_MS } from "../../shared/process_report.ts";
import type { ReportSeries } from "./report_series.ts";
import { addTo, emptyVector, growth, latencyOf, type SaleVector } from "./sale_vector.ts";

/** Reports come twice a second: what is shown lies so far back that both ends of it are known. */
export const RATES_LAG_MS = 800;

/** The stretch that percentiles tell of. */
export const LATENCY_WINDOW_MS = 10_000;

/** What happened in a sale since the frame before. */
export interface SaleRates {
  /** Counts per second. */
  perSecond: SaleVector;
  /** The stretch, seconds. */
  seconds: number;
}

/**
 * Tells for each frame of a sale what was counted since the frame before, over all processes. What a
 * late report brings is told in the frame that it reaches, so that all frames together always make
 * the whole, and nothing is ever told twice or taken back.
 */
export class RateMeter {
  /** What was told of each process so far. */
  #told = new Map<string, SaleVector>();
  #toldAt: number | null = null;

  constructor(readonly saleId: number) {}

  /** Null for the first frame: nothing was before it. `now` is the keeper's time. */
  take(series: ReportSeries, now: number): SaleRates | null {
    const until = now - RATES_LAG_MS;
    const before = this.#toldAt;
    // A keeper whose clock was set back: begin anew.
    if (before !== null && until <= before) {
      if (before - until > LATENCY_WINDOW_MS) this.#begin(series, until);
      return null;
    }
    if (before === null) {
      this.#begin(series, until);
      return null;
    }
    const told = new Map<string, SaleVector>();
    const sum = emptyVector();
    for (const { id, startedAt } of series.processes()) {
      const earlier = this.#told.get(id) ??
        // Who began meanwhile began at 0; of anybody else it is not known what is new.
        (startedAt >= before ? emptyVector() : series.totalsAt(id, this.saleId, before));
      const later = series.totalsAt(id, this.saleId, until);
      addTo(sum, growth(later, earlier));
      told.set(id, later.map((count, at) => Math.max(count, earlier[at]!)));
    }
    this.#told = told;
    this.#toldAt = until;
    const seconds = (until - before) / 1_000;
    return { perSecond: sum.map((count) => count / seconds), seconds };
  }

  #begin(series: ReportSeries, until: number): void {
    this.#toldAt = until;
    this.#told = new Map(
      series.processes().map(({ id }) => [id, series.totalsAt(id, this.saleId, until)]),
    );
  }
}

/** How long buys took, ms; null where there were none. Bounds of classes, so a fifth too high at most. */
export interface LatencyFigures {
  count: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** The times of a sale's buys over the last ten seconds, all edges together. */
export function recentLatency(series: ReportSeries, saleId: number, now: number): LatencyFigures {
  const until = now - RATES_LAG_MS;
  const sum = emptyVector();
  for (const { id } of series.processes()) {
    const later = series.totalsAt(id, saleId, until);
    addTo(sum, growth(later, series.totalsAt(id, saleId, until - LATENCY_WINDOW_MS)));
  }
  return latencyFigures([...latencyOf(sum)]);
}

/** Percentiles of classes by `LATENCY_BOUNDS_MS`; what lies above all bounds counts as the last one. */
export function latencyFigures(classes: number[]): LatencyFigures {
  const count = classes.reduce((sum, one) => sum + one, 0);
  const bound = (at: number) => LATENCY_BOUNDS_MS[Math.min(at, LATENCY_BOUNDS_MS.length - 1)]!;
  const at = (part: number): number | null => {
    // Parts of a count come from what lies between two reports.
    if (count < 0.5) return null;
    let sum = 0;
    const index = classes.findIndex((one) => (sum += one) >= count * part - 1e-9);
    return bound(index < 0 ? classes.length - 1 : index);
  };
  const highest = classes.findLastIndex((one) => one > 1e-9);
  const maxMs = count < 0.5 || highest < 0 ? null : bound(highest);
  return { count: Math.round(count), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs };
}
