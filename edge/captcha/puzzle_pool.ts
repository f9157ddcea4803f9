import type { Log } from "../../shared/log.ts";
import type { Timer, Timers } from "../timers.ts";
import type { ReadyPuzzle } from "./art/ready_puzzle.ts";
import { MAX_POOL_WAITERS, POOL_SIZE, POOL_WAIT_MS } from "./captcha_rules.ts";
import { type PuzzleDrawer, type StartDrawer, startDrawThread } from "./draw_thread.ts";

/** Puzzles that are asked for at a time, and while the pool is less than a quarter full. */
const BATCH = 4;
const HURRIED_BATCH = 16;

/**
 * Pause between two batches while the pool is a quarter full or more: 10 ms of drawing in 90 ms leave
 * the processor to the buys. Below a quarter there is no pause.
 */
const PAUSE_MS = 80;

/**
 * A puzzle takes 3 ms; a drawer that has not drawn one puzzle by then is replaced. The first one of
 * a fresh drawer includes the start of its thread, so that after each failure it gets twice as long:
 * else a machine that is too busy to start a thread in time would never have one.
 */
const STUCK_MS = 5_000;
const STUCK_MAX_MS = 40_000;

/** First and longest pause before a drawer that ended is replaced. */
const RESTART_FIRST_MS = 100;
const RESTART_MAX_MS = 5_000;

/** What the pool needs. */
export interface PuzzlePoolParts {
  timers: Timers;
  log: Pick<Log, "warning">;
  /** A thread when left out. */
  startDrawer?: StartDrawer;
  /** `POOL_SIZE` when left out. */
  size?: number;
}

/**
 * Puzzles that were drawn ahead, each given out once, in the order in which they were drawn. The
 * drawer is started by the first `warm` or `take`, so that an edge without a slider has no thread.
 */
export class PuzzlePool {
  readonly #parts: PuzzlePoolParts;
  readonly #size: number;
  readonly #ready: ReadyPuzzle[] = [];
  /** At most `MAX_POOL_WAITERS`. */
  readonly #waiters = new Set<(puzzle: ReadyPuzzle | null) => void>();
  #drawer: PuzzleDrawer | null = null;
  /** Puzzles that were asked for and have not come. */
  #due = 0;
  #failures = 0;
  #timer: Timer | null = null;
  #warm = false;
  #stopped = false;

  constructor(parts: PuzzlePoolParts) {
    this.#parts = parts;
    this.#size = parts.size ?? POOL_SIZE;
  }

  /** Puzzles that are ready. */
  get readyCount(): number {
    return this.#ready.length;
  }

  /** Begins to draw, unless that was done. */
  warm(): void {
    if (this.#warm || this.#stopped) return;
    this.#warm = true;
    this.#fill();
  }

  /** A puzzle, at once or within a second; null when there is none, or too many wait for one. */
  take(): Promise<ReadyPuzzle | null> {
    this.warm();
    const puzzle = this.#ready.shift();
    if (puzzle !== undefined) {
      this.#fill();
      return Promise.resolve(puzzle);
    }
    if (this.#stopped || this.#waiters.size >= MAX_POOL_WAITERS) return Promise.resolve(null);
    return new Promise((resolve) => {
      const { timers } = this.#parts;
      const give = (given: ReadyPuzzle | null) => {
        timers.cancel(timer);
        this.#waiters.delete(give);
        resolve(given);
      };
      const timer = timers.after(POOL_WAIT_MS, () => give(null));
      this.#waiters.add(give);
      this.#fill();
    });
  }

  /** Ends the drawer; who waits hears that there is none. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
    this.#drawer?.close();
    this.#drawer = null;
    for (const give of [...this.#waiters]) give(null);
  }

  /** Asks for the next batch when none is under way: now, or after a pause when there is no hurry. */
  #fill(): void {
    if (this.#stopped || this.#due > 0) return;
    const hurry = this.#ready.length < this.#size / 4;
    if (this.#timer !== null) {
      // A pause ends early when the pool runs low; a broken drawer's does not.
      if (!hurry || this.#drawer === null) return;
      this.#cancelTimer();
    }
    if (this.#ready.length >= this.#size) return;
    if (hurry || this.#drawer === null) this.#ask();
    else this.#timer = this.#parts.timers.after(PAUSE_MS, () => this.#ask());
  }

  #ask(): void {
    this.#timer = null;
    this.#drawer ??= (this.#parts.startDrawer ?? startDrawThread)({
      onPuzzle: (puzzle) => this.#add(puzzle),
      onEnd: (reason) => this.#replace(reason),
    });
    const hurry = this.#ready.length < this.#size / 4;
    this.#due = Math.min(hurry ? HURRIED_BATCH : BATCH, this.#size - this.#ready.length);
    this.#drawer.draw(this.#due);
    this.#watch();
  }

  #watch(): void {
    this.#cancelTimer();
    // A puzzle that came sets the failures to 0.
    const stuckMs = Math.min(STUCK_MAX_MS, STUCK_MS * 2 ** this.#failures);
    this.#timer = this.#parts.timers.after(stuckMs, () => {
      this.#drawer?.close();
      this.#replace(`it drew nothing for ${stuckMs} ms`);
    });
  }

  #add(puzzle: ReadyPuzzle): void {
    this.#failures = 0;
    this.#due -= 1;
    const [waiter] = this.#waiters;
    if (waiter) waiter(puzzle);
    else this.#ready.push(puzzle);
    if (this.#due > 0) return this.#watch();
    this.#cancelTimer();
    this.#fill();
  }

  #replace(reason: string): void {
    this.#cancelTimer();
    this.#drawer = null;
    this.#due = 0;
    if (this.#stopped) return;
    this.#failures += 1;
    const pauseMs = Math.min(RESTART_MAX_MS, RESTART_FIRST_MS * 2 ** (this.#failures - 1));
    this.#parts.log.warning("The thread that draws puzzles ended: {reason}", { reason });
    this.#timer = this.#parts.timers.after(pauseMs, () => this.#ask());
  }

  #cancelTimer(): void {
    if (this.#timer !== null) this.#parts.timers.cancel(this.#timer);
    this.#timer = null;
  }
}
