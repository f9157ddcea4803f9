/** A timer that has been set. */
export type Timer = ReturnType<typeof setTimeout>;

/** Timers, injected so that tests decide when one fires. */
export interface Timers {
  /** Runs `run` once, `delayMs` from now, unless it is cancelled. */
  after(delayMs: number, run: () => void): Timer;
  cancel(timer: Timer): void;
}

/** The machine's timers. */
export const systemTimers: Timers = {
  after: (delayMs, run) => setTimeout(run, delayMs),
  cancel: (timer) => clearTimeout(timer),
};
