import { DatabaseError, type DatabaseFault } from "../database/database.ts";

/**
 * What is tried again, after which pauses (ms), and then again and again with the pause `last`;
 * without one it fails after the last of the pauses. A fault that is not in the table fails at once.
 */
export type RetryTable = Partial<Record<DatabaseFault, { delaysMs: number[]; last?: number }>>;

/**
 * How messages are retried. These faults say nothing about the message, so it is tried until they
 * pass: the worker holds what it has.
 */
export const RETRY_TABLE: RetryTable = {
  deadlock: { delaysMs: [5, 20, 50, 100, 200, 400], last: 1_000 },
  lock_timeout: { delaysMs: [20, 50, 100, 200, 400], last: 1_000 },
  unavailable: { delaysMs: [50, 100, 200, 400], last: 1_000 },
  // A missing table, a revoked right, a full disk: somebody has to mend it, and nothing is lost.
  other: { delaysMs: [100, 500], last: 2_000 },
};

/** Share of a pause that is left to chance, so that retries do not march in step. */
const JITTER = 0.3;

/** How a retry waits; injected, so that tests need no time. */
export interface RetryClock {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
}

/** Waits for real; ends early, by rejecting, when the signal fires. */
export const systemRetryClock: RetryClock = {
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal.addEventListener("abort", onAbort, { once: true });
    }),
};

/** Tells an observer that something is being tried again. */
export type OnRetry = (fault: DatabaseFault, attempt: number) => void;

/** Runs `work` until it succeeds, fails with what the table gives up, or the signal fires. */
export async function withRetries<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  clock: RetryClock = systemRetryClock,
  onRetry: OnRetry = () => {},
  table: RetryTable = RETRY_TABLE,
): Promise<T> {
  const attempts = new Map<DatabaseFault, number>();
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      const rule = table[error.fault];
      const attempt = attempts.get(error.fault) ?? 0;
      const delayMs = rule?.delaysMs[attempt] ?? rule?.last;
      if (delayMs === undefined) throw error;
      attempts.set(error.fault, attempt + 1);
      onRetry(error.fault, attempt + 1);
      await clock.sleep(delayMs * (1 + JITTER * (clock.random() - 0.5)), signal);
    }
  }
}
