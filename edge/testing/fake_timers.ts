import type { Timer, Timers } from "../timers.ts";

interface Pending {
  dueMs: number;
  run: () => void;
}

/** A clock and its timers that move only when a test says so. */
export class FakeTimers implements Timers {
  nowMs: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  readonly clock = (): number => this.nowMs;

  /** Timers that are set and have not fired. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  after(delayMs: number, run: () => void): Timer {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#pending.set(id, { dueMs: this.nowMs + delayMs, run });
    return id as unknown as Timer;
  }

  cancel(timer: Timer): void {
    this.#pending.delete(timer as unknown as number);
  }

  /** Moves the clock on, firing what becomes due in its order, and lets promises settle. */
  async advance(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    await settle();
    while (true) {
      const due = [...this.#pending].filter(([, one]) => one.dueMs <= endMs)
        .sort(([, a], [, b]) => a.dueMs - b.dueMs)[0];
      if (!due) break;
      const [id, { dueMs, run }] = due;
      this.#pending.delete(id);
      this.nowMs = Math.max(this.nowMs, dueMs);
      run();
      await settle();
    }
    this.nowMs = endMs;
  }
}

/** Lets everything that is ready run: promises, and what reads bodies. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}
