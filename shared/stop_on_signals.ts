/** Ctrl-C reaches a process under `deno task` twice; a second one this soon is the same wish. */
const SAME_SIGNAL_MS = 1_000;

/** What a stop needs of its process. */
export interface StoppableProcess {
  /** Frees everything; the process ends with status 0 afterwards. */
  drain(): Promise<void>;
  /** After this long the process ends all the same. */
  drainTimeoutMs: number;
  exit(status: number): void;
}

/**
 * Drains on the first SIGTERM or SIGINT. A later one that is not its echo ends the process at once.
 * Returns what begins the same stop without a signal, ending with another status.
 */
export function stopOnSignals(
  { drain, drainTimeoutMs, exit }: StoppableProcess,
): (status: number) => void {
  let firstAtMs: number | null = null;
  const stop = (status: number) => {
    const nowMs = performance.now();
    if (firstAtMs !== null) {
      if (nowMs - firstAtMs > SAME_SIGNAL_MS) exit(status);
      return;
    }
    firstAtMs = nowMs;
    setTimeout(() => exit(status), drainTimeoutMs);
    drain().finally(() => exit(status));
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop(0));
  }
  return stop;
}
