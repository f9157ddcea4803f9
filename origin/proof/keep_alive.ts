import { MAKING_LEASE_MS } from "./proof_book.ts";

/** Calls `work` every `ms` until the function that it returns is called. */
export type Every = (ms: number, work: () => void) => () => void;

/** `Every` by the machine's timer. */
export const systemEvery: Every = (ms, work) => {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
};

/** Often enough that three signs may get lost. */
const BEAT_MS = MAKING_LEASE_MS / 4;

/** Most signs: whoever is not done after twelve hours never will be, and is given up. */
const MAX_BEATS = 12 * 60 * 60_000 / BEAT_MS;

/**
 * Shows again and again that a job lives, until it is stopped: one step of it may take longer than its
 * lease. A sign that fails is made up for by the next one.
 *
 * @param show false when the job was given up: no other sign is given
 */
export function keepAlive(
  show: () => Promise<boolean>,
  every: Every,
): { stop(): Promise<void> } {
  let beats = 0;
  let over = false;
  let showing: Promise<void> | null = null;
  const cancel = every(BEAT_MS, () => {
    if (over || showing !== null || beats >= MAX_BEATS) return;
    beats += 1;
    showing = show()
      .then((isWanted) => void (over ||= !isWanted), () => {})
      .finally(() => showing = null);
  });
  return {
    async stop() {
      over = true;
      cancel();
      await showing;
    },
  };
}
