/** Thrown into work that a person or the system broke off. */
export class InterruptedError extends Error {
  override name = "InterruptedError";
}

/** The wish to end, as signals say it. */
export interface Interruption {
  /** Aborts with the first SIGINT, SIGTERM or SIGHUP: drain and end. */
  readonly signal: AbortSignal;
  /** Aborts with one that comes much later: the drain takes too long, end now. */
  readonly force: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/**
 * A terminal's Ctrl-C reaches a program under `deno task` twice, once from the terminal and once
 * forwarded, so a signal soon after the first says nothing new.
 */
const SAME_WISH_MS = 3_000;

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Listens for signals to end; while it listens, they do not end this process by themselves. */
export function listenForInterrupt(log: (line: string) => void): Interruption {
  const drain = new AbortController();
  const force = new AbortController();
  let firstAt = 0;
  const listener = () => {
    if (!drain.signal.aborted) {
      firstAt = performance.now();
      log("Stopping …");
      drain.abort(new InterruptedError("interrupted"));
    } else if (performance.now() - firstAt > SAME_WISH_MS && !force.signal.aborted) {
      log("Stopping at once");
      force.abort(new InterruptedError("interrupted again"));
    }
  };
  for (const name of SIGNALS) Deno.addSignalListener(name, listener);
  return {
    signal: drain.signal,
    force: force.signal,
    dispose() {
      for (const name of SIGNALS) Deno.removeSignalListener(name, listener);
    },
  };
}
