import type { MetricFamily } from "./metric_family.ts";

/** Different values of a label that are told apart; what comes after is counted under `other`. */
export const MAX_LABEL_VALUES = 64;

/** A total since the start, by one label whose values are few and known. */
export class Counter {
  readonly #counts = new Map<string, number>();

  /** `values` are told from the start, at 0, so that a first event is seen as a rise. */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly label: string,
    values: readonly string[] = [],
  ) {
    for (const value of values) this.#counts.set(value, 0);
  }

  /** Adds to the count of a value. */
  add(value: string, count = 1): void {
    const known = this.#counts.get(value);
    if (known !== undefined) this.#counts.set(value, known + count);
    else if (this.#counts.size < MAX_LABEL_VALUES) this.#counts.set(value, count);
    else this.#counts.set("other", (this.#counts.get("other") ?? 0) + count);
  }

  family(): MetricFamily {
    const samples = Array.from(this.#counts, ([value, count]) => ({
      labels: { [this.label]: value },
      value: count,
    }));
    return { name: this.name, type: "counter", help: this.help, samples };
  }
}
