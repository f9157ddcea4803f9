import type { Log } from "./log.ts";

/** Frees one thing that a process holds; called once. */
export type Release = () => void | Promise<void>;

/**
 * The things that a process holds, freed in the reverse order in which they were taken. A step that
 * fails or hangs does not keep the others from their turn.
 */
export class ShutdownStack {
  readonly #steps: { name: string; release: Release; timeoutMs: number | undefined }[] = [];
  #stopping: Promise<void> | null = null;

  constructor(readonly log: Log) {}

  /** Adds a step that runs before all that were added earlier, for at most `timeoutMs` if given. */
  push(name: string, release: Release, timeoutMs?: number): void {
    this.#steps.push({ name, release, timeoutMs });
  }

  /**
   * Runs every step once, each for at most its own time, else `stepTimeoutMs`; later calls wait for
   * the first.
   */
  run(stepTimeoutMs: number): Promise<void> {
    this.#stopping ??= this.#runSteps(stepTimeoutMs);
    return this.#stopping;
  }

  async #runSteps(stepTimeoutMs: number): Promise<void> {
    for (const { name, release, timeoutMs = stepTimeoutMs } of this.#steps.reverse()) {
      try {
        await withDeadline(Promise.resolve(release()), timeoutMs, `stopping ${name}`);
      } catch (error) {
        this.log.error("Cannot stop {name}: {error}", { name, error: String(error) });
      }
    }
  }
}

/** Thrown when something took longer than its deadline. */
export class DeadlineError extends Error {
  override name = "DeadlineError";
}

/** The promise's result, or a `DeadlineError` after `timeoutMs`. */
export function withDeadline<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(new DeadlineError(`Gave up ${what} after ${timeoutMs} ms`)),
    timeoutMs,
  );
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
