import type { Log } from "./log.ts";

/** How long a process that still serves waits for its replacement before it leaves on its own. */
export const REPLACE_WITHIN_MS = 60_000;

/** Exceptions that are logged with their stack; the ones after that are only counted. */
const MAX_LOGGED = 5;

/** What a wish to be replaced needs of its process. */
export interface ReplacementParts {
  log: Log;
  /**
   * Drains and ends with status 1: called once, when nobody came in time. Left out, the process
   * stays: where nothing would start it again, serving on is better than being away.
   */
  leave?(): void;
}

/**
 * The wish of a process to be replaced, say after an exception that nobody foresaw: it serves on,
 * tells the wish on `/healthz`, and goes when its replacement is ready. Where nobody replaces it, it
 * leaves by itself after a time, so that whatever restarts it can.
 */
export class ReplacementWish {
  readonly #parts: ReplacementParts;
  #reason: string | null = null;
  #unexpected = 0;
  #leaveAtMs = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ReplacementParts) {
    this.#parts = parts;
  }

  /** Why it asks; null while all is well. */
  get reason(): string | null {
    return this.#reason;
  }

  /** What `/healthz` says while it asks; null while all is well. */
  healthAnswer(): Response | null {
    if (this.#reason === null) return null;
    const body = {
      status: "asks to be replaced",
      replace: this.#reason,
      unexpected: this.#unexpected,
    };
    return Response.json(body, { status: 503, headers: { "cache-control": "no-store" } });
  }

  /** How many exceptions reached nobody. */
  get unexpected(): number {
    return this.#unexpected;
  }

  /**
   * Asks to be replaced within `withinMs`. Asked again, the first reason and the earlier of the two
   * times hold.
   */
  ask(reason: string, withinMs: number = REPLACE_WITHIN_MS): void {
    if (this.#reason === null) {
      this.#reason = reason;
      this.#parts.log.fatal("This process asks to be replaced within {withinMs} ms: {reason}", {
        reason,
        withinMs,
        alarm: true,
      });
    }
    if (!this.#parts.leave) return;
    const leaveAtMs = performance.now() + withinMs;
    if (leaveAtMs >= this.#leaveAtMs) return;
    this.#leaveAtMs = leaveAtMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#parts.log.fatal("Nobody replaced this process in time: it ends");
      this.#parts.leave?.();
    }, withinMs);
  }

  /** Takes note of an exception that reached nobody, and asks to be replaced. */
  note(error: unknown): void {
    this.#unexpected += 1;
    if (this.#unexpected <= MAX_LOGGED) {
      this.#parts.log.error("Unexpected exception {number}: {error}", {
        number: this.#unexpected,
        error: error instanceof Error ? error.stack ?? error.message : String(error),
      });
    }
    this.ask(`unexpected exception: ${error instanceof Error ? error.message : String(error)}`);
  }

  /**
   * From now on exceptions and rejections that nobody handles do not end the process; they are
   * noted. To be called once the process serves: one that cannot even start should end.
   */
  listen(): void {
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      this.note(event.error ?? event.message);
    });
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.note(event.reason);
    });
  }
}
