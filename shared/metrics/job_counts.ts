import type { Log } from "../log.ts";
import { repeat, type Repeating } from "../repeat.ts";
import { Counter } from "./counter.ts";
import { familyBy, type MetricFamily } from "./metric_family.ts";

/**
 * How the repeating jobs of a process are doing. The label is not `job`, since Prometheus calls what it
 * scrapes so.
 */
export class JobCounts {
  readonly #runs: Counter;
  readonly #failures: Counter;
  readonly #succeededAt = new Map<string, number>();
  readonly #clock: () => number;

  /** `part` stands in the names; `clock` is ms since 1970. */
  constructor(readonly part: string, clock: () => number) {
    const name = `dropgate_${part}_job`;
    this.#runs = new Counter(`${name}_runs_total`, "Runs of a repeating job.", "task");
    this.#failures = new Counter(`${name}_failures_total`, "Runs that failed.", "task");
    this.#clock = clock;
  }

  /** `repeat` of `shared/repeat.ts`, counted. */
  repeat(name: string, everyMs: number, log: Log, job: () => Promise<void>): Repeating {
    this.#failures.add(name, 0);
    return repeat(name, everyMs, log, async () => {
      this.#runs.add(name);
      try {
        await job();
        this.#succeededAt.set(name, this.#clock());
      } catch (error) {
        this.#failures.add(name);
        throw error;
      }
    });
  }

  families(): MetricFamily[] {
    const ages = Array.from(this.#succeededAt, ([name, at]): [string, number] => [
      name,
      Math.max(0, this.#clock() - at) / 1_000,
    ]);
    return [
      this.#runs.family(),
      this.#failures.family(),
      familyBy(
        "gauge",
        `dropgate_${this.part}_job_age_seconds`,
        "Since when a job did not run to its end.",
        "task",
        ages,
      ),
    ];
  }
}
