import type { Log } from "./log.ts";
import { outsideRequests } from "./request_context.ts";
import { outsideTraces } from "./tracing/tracing.ts";

/** A job that runs again and again until it is stopped. */
export interface Repeating {
  /** Runs the job now, or once more right after the run that is under way. */
  wake(): void;
  /** Lets the run under way end and starts no other. */
  stop(): Promise<void>;
}

/** Longest pause after failures. */
const MAX_BACKOFF_MS = 5_000;

/**
 * Runs `job` every `everyMs`, one run at a time, counted from the end of the last run. A run that
 * throws is logged and followed by a pause that doubles up to 5 s.
 */
export function repeat(
  name: string,
  everyMs: number,
  log: Log,
  job: () => Promise<void>,
): Repeating {
  let stopped = false;
  let woken = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;

  const run = async () => {
    woken = false;
    try {
      await job();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!stopped) {
        log.warning("{job} failed {failures} times in a row: {error}", {
          job: name,
          failures,
          error: String(error),
        });
      }
    }
    running = null;
    if (stopped) return;
    const pauseMs = failures === 0
      ? everyMs
      : Math.min(MAX_BACKOFF_MS, Math.max(everyMs, 100) * 2 ** Math.min(failures, 10));
    timer = setTimeout(begin, woken ? 0 : pauseMs);
  };
  const begin = () => {
    clearTimeout(timer);
    // Whoever wakes it has asked for one run: the later ones are no part of his request.
    running = outsideRequests(() => outsideTraces(run));
  };
  begin();

  return {
    wake() {
      woken = true;
      if (!stopped && running === null) begin();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
