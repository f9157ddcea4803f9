import type { Clock } from "../../shared/clock.ts";

/** Changes of one's own account within this are counted together. */
const WINDOW_MS = 10 * 60_000;

/** How many of them somebody has. */
const MAX_CHANGES = 20;

/**
 * Bounds how often everybody changes his own account: each change, also a refused one, is an entry
 * of the audit log, and a viewer may do nothing else that is.
 */
export class AccountPace {
  /** By operator: at most as many as there are operators. */
  readonly #changes = new Map<number | null, number>();
  #windowEndsAt = 0;

  constructor(readonly clock: Clock) {}

  /** Takes one; how long to wait for the next when there is none, ms, else 0. */
  take(operatorId: number | null): number {
    const nowMs = this.clock();
    if (nowMs >= this.#windowEndsAt || nowMs < this.#windowEndsAt - WINDOW_MS) {
      this.#changes.clear();
      this.#windowEndsAt = nowMs + WINDOW_MS;
    }
    const changes = this.#changes.get(operatorId) ?? 0;
    if (changes >= MAX_CHANGES) return this.#windowEndsAt - nowMs;
    this.#changes.set(operatorId, changes + 1);
    return 0;
  }
}
