import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

/** Lines a second of one kind; a rush makes hundreds, and must not fill a disk. */
export const LINES_PER_SECOND = 20;

/** The part of a log that such lines are written with. */
export type LineLog = Pick<Log, "info" | "warning" | "isEnabledFor">;

/** The values of a line; made only when it is written. */
export type LineValues = () => Record<string, unknown>;

/**
 * Lines about everyday work, such as one per batch: at most `LINES_PER_SECOND`, and then the next
 * one says how many were left out. With `LOG_LEVEL=debug` every line is written.
 */
export class BoundedLines {
  readonly #log: LineLog;
  readonly #clock: Clock;
  #secondFromMs = -Infinity;
  #written = 0;
  #leftOut = 0;

  constructor(log: LineLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Writes a line, or counts it. */
  info(text: string, values: LineValues): void {
    if (this.#mayWrite()) this.#log.info(text, this.#withLeftOut(values()));
  }

  /** The same for what should not happen often. */
  warning(text: string, values: LineValues): void {
    if (this.#mayWrite()) this.#log.warning(text, this.#withLeftOut(values()));
  }

  #withLeftOut(values: Record<string, unknown>): Record<string, unknown> {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut === 0 ? values : { ...values, leftOut };
  }

  #mayWrite(): boolean {
    if (this.#log.isEnabledFor("debug")) return true;
    const nowMs = this.#clock();
    if (Math.abs(nowMs - this.#secondFromMs) >= 1_000) {
      this.#secondFromMs = nowMs;
      this.#written = 0;
    }
    const may = this.#written < LINES_PER_SECOND;
    if (may) this.#written += 1;
    else this.#leftOut += 1;
    return may;
  }
}
