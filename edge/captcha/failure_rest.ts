import { GenerationCache } from "../gate/generation_cache.ts";

/** Wrong answers in a row that cost nothing. People slip, but seldom five times. */
export const FREE_FAILURES = 4;

/** The rest after the next wrong answer in a row, twice as long after each further one. */
export const FIRST_REST_MS = 60_000;
export const MAX_REST_MS = 15 * 60_000;

/** After so long without a wrong answer all is forgotten. */
const FORGOTTEN_AFTER_MS = 30 * 60_000;

/** Users that are remembered: about 150 bytes each. */
const MAX_REMEMBERED = 100_000;

interface Failures {
  inARow: number;
  lastAtMs: number;
}

/**
 * Who answers sliders wrong again and again rests before the next one. A program that is right once
 * in twenty-five tries would else be right in the end as often as a person; with five tries before the
 * start one of six of its accounts gets a pass in time.
 */
export class FailureRest {
  readonly #failures: GenerationCache<Failures>;

  constructor(maxRemembered = MAX_REMEMBERED) {
    this.#failures = new GenerationCache(maxRemembered);
  }

  /** How long the user still has to rest, ms; 0 when he may have a slider now. */
  restMs(userId: string, nowMs: number): number {
    const failures = this.#of(userId, nowMs);
    if (failures === undefined || failures.inARow <= FREE_FAILURES) return 0;
    const doublings = Math.min(10, failures.inARow - FREE_FAILURES - 1);
    const restMs = Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** doublings);
    return Math.max(0, failures.lastAtMs + restMs - nowMs);
  }

  noteFailed(userId: string, nowMs: number): void {
    const inARow = (this.#of(userId, nowMs)?.inARow ?? 0) + 1;
    this.#failures.set(userId, { inARow, lastAtMs: nowMs });
  }

  noteSolved(userId: string): void {
    this.#failures.delete(userId);
  }

  #of(userId: string, nowMs: number): Failures | undefined {
    const failures = this.#failures.get(userId);
    if (failures === undefined) return undefined;
    // A clock that was set back must not make anybody rest longer than he would have to.
    const ageMs = Math.abs(nowMs - failures.lastAtMs);
    return ageMs < FORGOTTEN_AFTER_MS ? failures : undefined;
  }
}
