/** Ctrl-C reaches a process under `deno task` twice; a second one this soon is the same wish. */
const SAME_SIGNAL_MS = 1_000;

/** Why a process stops: a signal, or a wish of its own. */
export type StopReason = "SIGTERM" | "SIGINT" | "own";

/** What a stop needs of its process. */
export interface StoppableProcess {
  /** Frees everything; the process ends with status 0 afterwards. */
  drain(reason: StopReason): Promise<void>;
  /** After this long the process ends all the same. */
  drainTimeoutMs: number;
  exit(status: number): void;
  /** Hears that the drain took too long and was cut off. */
  onCutOff?(): void;
}

/**
 * Drains on the first SIGTERM or SIGINT. A later one that is not its echo ends the process at once,
 * and so does the deadline. Returns what begins the same stop without a signal, ending with another
 * status.
 */
export function stopOnSignals(
  { drain, drainTimeoutMs, exit, onCutOff }: StoppableProcess,
): (status: number) => void {
  let firstAtMs: number | null = null;
  const stop = (status: number, reason: StopReason) => {
    const nowMs = performance.now();
    if (firstAtMs !== null) {
      if (nowMs - firstAtMs > SAME_SIGNAL_MS) exit(status);
      return;
    }
    firstAtMs = nowMs;
    setTimeout(() => {
      onCutOff?.();
      exit(status);
    }, drainTimeoutMs);
    // In a promise, so that a drain that throws at once ends the process too.
    Promise.resolve(reason).then(drain).catch(() => {}).finally(() => exit(status));
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop(0, signal));
  }
  return (status) => stop(status, "own");
}
