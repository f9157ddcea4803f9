/** Thrown when something did not come true before its deadline. */
export class PollDeadlineError extends Error {
  override name = "PollDeadlineError";
}

/** How long and how often to look. */
export interface PollOptions {
  timeoutMs: number;
  everyMs?: number;
  /** Ends the waiting early with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Waits until `check` gives something else than null, looking every `everyMs` (default 50). A check
 * that throws counts as "not yet"; what it threw is told when the time is over.
 */
export async function poll<T>(
  what: string,
  check: () => Promise<T | null> | T | null,
  { timeoutMs, everyMs = 50, signal }: PollOptions,
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  let last = "";
  while (true) {
    signal?.throwIfAborted();
    try {
      const result = await check();
      if (result !== null) return result;
    } catch (error) {
      if (error instanceof StopPolling) throw error.cause;
      last = `: ${error instanceof Error ? error.message : error}`;
    }
    if (performance.now() >= endsAt) {
      throw new PollDeadlineError(`${what} did not happen within ${timeoutMs} ms${last}`);
    }
    await pause(everyMs, signal);
  }
}

/** Thrown by a check that knows that waiting is in vain; `poll` then throws the cause. */
export class StopPolling extends Error {
  override name = "StopPolling";

  constructor(cause: unknown) {
    super("no use in waiting", { cause });
  }
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", done, { once: true });
  function done() {
    clearTimeout(timer);
    signal?.removeEventListener("abort", done);
    resolve();
  }
  return promise;
}
