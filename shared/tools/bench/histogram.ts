import { build, type Histogram } from "hdr-histogram-js";

/** Longest latency that is told apart: 10 minutes in µs. Longer ones count as this. */
const MAX_LATENCY_US = 600_000_000;

/** The latencies that everybody quotes, in ms. */
export interface LatencySummary {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

/** Latencies with three exact digits from 1 µs to 10 minutes, in constant memory. */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_LATENCY_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  });

  /** How many were counted. */
  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Counts one latency. */
  record(latencyMs: number): void {
    const us = Math.round(latencyMs * 1000);
    this.#histogram.recordValue(Math.min(Math.max(us, 1), MAX_LATENCY_US));
  }

  /** The latency in ms that so many percent did not exceed; 0 when nothing was counted. */
  percentile(percent: number): number {
    if (this.#histogram.totalCount === 0) return 0;
    return this.#histogram.getValueAtPercentile(percent) / 1000;
  }

  summary(): LatencySummary {
    const count = this.#histogram.totalCount;
    return {
      count,
      mean: count === 0 ? 0 : this.#histogram.mean / 1000,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.percentile(100),
    };
  }

  /** Points of the curve for a chart: how many percent, and their latency in ms. */
  curve(): { percent: number; ms: number }[] {
    return [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100]
      .map((percent) => ({ percent, ms: this.percentile(percent) }));
  }
}
