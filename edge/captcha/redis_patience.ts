import { type Clock, systemClock } from "../../shared/clock.ts";

/** After a command that failed or was not answered in time, the edge goes on alone for so long. */
export const ALONE_MS = 2_000;

/** Callers that wait for Redis at a time; further ones go on alone. */
export const MAX_WAITING = 50;

/**
 * Waits for Redis as long as it answers. One that hangs with its connections open would else make
 * everybody wait for a timeout of his own.
 */
export class RedisPatience {
  readonly #clock: Clock;
  #waiting = 0;
  #failedAtMs = -Infinity;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Whether a command failed just now. A clock that was set back ends it early. */
  get isSpent(): boolean {
    const agoMs = this.#clock() - this.#failedAtMs;
    return agoMs >= 0 && agoMs < ALONE_MS;
  }

  /** What `shared` finds; what `alone` does when that fails, or is not worth trying. */
  async ask<T>(shared: () => Promise<T>, alone: () => Promise<T>): Promise<T> {
    if (this.isSpent || this.#waiting >= MAX_WAITING) return await alone();
    this.#waiting += 1;
    try {
      return await shared();
    } catch {
      // Those who waited behind this one fail too and must not make the pause longer.
      if (!this.isSpent) this.#failedAtMs = this.#clock();
    } finally {
      this.#waiting -= 1;
    }
    return await alone();
  }
}
