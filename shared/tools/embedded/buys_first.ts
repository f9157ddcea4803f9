/** Without a buy for this long, order writing goes on at once. */
const QUIET_MS = 4;

/** Under a steady rush one message still goes through this often: at 512 orders, 20,000 a second. */
const MAX_WAIT_MS = 24;

/** Pause between two looks. */
const STEP_MS = 2;

/** Waits so many milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

/** Waits for real. */
export const systemSleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lets buys go before order writing on the one connection that they share. A buyer waits for a
 * decision; an order that is written 24 ms later is missed by nobody, since it is already durable.
 */
export class BuysFirst {
  #lastBuyMs = -Infinity;

  /** `now` only ever measures intervals. */
  constructor(readonly now: () => number, readonly sleep: Sleep) {}

  /** A buy came in. */
  note(): void {
    this.#lastBuyMs = this.now();
  }

  /** Waits while buys keep coming, at most `MAX_WAIT_MS`. */
  async giveWay(): Promise<void> {
    const since = this.now();
    while (this.now() - this.#lastBuyMs < QUIET_MS && this.now() - since < MAX_WAIT_MS) {
      await this.sleep(STEP_MS);
    }
  }
}
