import type { Clock } from "../shared/clock.ts";

/** How many second tries there may be. */
export interface RetryBudgetLimits {
  /** The time that is looked back on, ms. */
  windowMs: number;
  /** Second tries per first try within that time: 0.1 is 10 %. */
  share: number;
  /** Second tries that are allowed however few first tries there were. */
  floor: number;
}

/** The limits in use: one call in ten, and one a second when there is next to nothing to do. */
export const RETRY_BUDGET_LIMITS: RetryBudgetLimits = { windowMs: 10_000, share: 0.1, floor: 10 };

/** Pieces of the window that are forgotten one by one. */
const SLOTS = 10;

/** What the budget has done since the start. */
export interface RetryBudgetCounts {
  /** Second tries that were allowed. */
  retries: number;
  /** Second tries that were refused. */
  refused: number;
}

/**
 * Bounds second tries to a share of the first ones. Without it, origins that fail under load would
 * get twice the load for it. Memory: ten pairs of numbers.
 */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #limits: RetryBudgetLimits;
  readonly #slotMs: number;
  readonly #calls = new Array<number>(SLOTS).fill(0);
  readonly #retries = new Array<number>(SLOTS).fill(0);
  /** The newest slot, counted from time 0. */
  #slot: number;
  #callsInWindow = 0;
  #retriesInWindow = 0;
  readonly counts: RetryBudgetCounts = { retries: 0, refused: 0 };

  constructor(clock: Clock, limits: RetryBudgetLimits = RETRY_BUDGET_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#slotMs = limits.windowMs / SLOTS;
    this.#slot = Math.floor(clock() / this.#slotMs);
  }

  /** Notes a first try. */
  addCall(): void {
    this.#calls[this.#now()]! += 1;
    this.#callsInWindow += 1;
  }

  /** True when a second try may be made, which is then counted. */
  take(): boolean {
    const index = this.#now();
    const allowed = Math.max(this.#limits.floor, this.#callsInWindow * this.#limits.share);
    if (this.#retriesInWindow + 1 > allowed) {
      this.counts.refused += 1;
      return false;
    }
    this.#retries[index]! += 1;
    this.#retriesInWindow += 1;
    this.counts.retries += 1;
    return true;
  }

  /** Where to count now, after forgetting what is older than the window. */
  #now(): number {
    const slot = Math.floor(this.#clock() / this.#slotMs);
    // With a clock that was set back everything begins anew.
    const passed = slot < this.#slot ? SLOTS : Math.min(SLOTS, slot - this.#slot);
    for (let i = 1; i <= passed; i += 1) {
      const index = (this.#slot + i) % SLOTS;
      this.#callsInWindow -= this.#calls[index]!;
      this.#retriesInWindow -= this.#retries[index]!;
      this.#calls[index] = 0;
      this.#retries[index] = 0;
    }
    this.#slot = slot;
    return this.#slot % SLOTS;
  }
}
