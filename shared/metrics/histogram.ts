import { histogramFamily, histogramSamples, type Labels } from "./metric_family.ts";
import type { MetricFamily, MetricSample } from "./metric_family.ts";

/** Bounds for what a buyer or a server waits for, seconds. */
export const WAIT_BOUNDS_S: readonly number[] = [
  0.0005,
  0.001,
  0.002,
  0.005,
  0.01,
  0.02,
  0.05,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
];

/** Bounds for buys in a batch and orders in a message: powers of two up to the largest batch. */
export const BATCH_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Counts figures by classes. Allocates nothing when it counts: 10 ns. */
export class Histogram {
  readonly #counts: Float64Array;
  #sum = 0;

  /** `bounds` ascend. */
  constructor(readonly name: string, readonly help: string, readonly bounds: readonly number[]) {
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Takes a figure in the unit of the bounds. */
  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at += 1;
    this.#counts[at]! += 1;
    this.#sum += value;
  }

  samples(labels: Labels = {}): MetricSample[] {
    return histogramSamples({ bounds: this.bounds, counts: this.#counts, sum: this.#sum }, labels);
  }

  family(): MetricFamily {
    const { name, help, bounds } = this;
    return histogramFamily(name, help, { bounds, counts: this.#counts, sum: this.#sum });
  }
}

/** Runs `work` and observes how long it took, s, also when it fails. */
export async function timed<T>(histogram: Histogram, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    histogram.observe((performance.now() - startedAt) / 1_000);
  }
}
