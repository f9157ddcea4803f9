import { pause, poll, StopPolling } from "../services/poll.ts";
import { describeEnd, type PartContext, PartRun, type PartSpec } from "./part_run.ts";
import { requireFreePort } from "./port_check.ts";
import type { PartKind } from "./project.ts";

export type { PartContext, PartSpec } from "./part_run.ts";

const READY_TIMEOUT_MS = 60_000;
/** A process that never became ready has promised nothing to anybody. */
const ABORTED_START_MS = 2_000;
/** Longest drain of a process before it is killed. */
export const DRAIN_TIMEOUT_MS = 30_000;
const FIRST_RESTART_MS = 250;
const MAX_RESTART_MS = 10_000;
/** A process that ran this long has earned a quick restart, or a quick replacement, again. */
const STEADY_MS = 30_000;
/** How often a process is asked whether it wants to be replaced. */
const ASK_EVERY_MS = 1_000;
/** Replacements by request: the first comes at once, the next ones ever more slowly. */
const FIRST_REPLACE_MS = 1_000;
const MAX_REPLACE_MS = 30_000;

/**
 * An edge, origin or worker as a process group of its own, with the permissions of its set and the
 * network of its configuration. One that ends unasked is started again, ever more slowly; one that
 * asks to be replaced goes when its successor is ready.
 */
export class PartProcess {
  readonly name: string;
  readonly kind: PartKind;
  readonly url: string;
  /** How often it was started again after it had ended unasked. */
  restarts = 0;
  /** How often a successor took over while it ran. */
  replacements = 0;
  #current: PartRun | null = null;
  /** Everything that runs: the current process, and while it is replaced also the other one. */
  readonly #runs = new Set<PartRun>();
  /** The watchers of processes and of their wishes; over when `stop` was called and all ended. */
  readonly #watchers = new Set<Promise<void>>();
  #replacing: Promise<void> | null = null;
  #failures = 0;
  readonly #stopping = new AbortController();

  constructor(readonly spec: PartSpec, readonly context: PartContext) {
    this.name = spec.name;
    this.kind = spec.kind;
    this.url = spec.url;
  }

  /** Of the process in charge; null while it is down. */
  get pid(): number | null {
    return this.#current?.alive ? this.#current.pid : null;
  }

  /** Sends a signal to the process group in charge; nothing happens while it is down. */
  signal(signal: Deno.Signal): void {
    this.#current?.signal(signal);
  }

  /**
   * Starts it and returns when it is ready.
   * @throws with its last lines when its port is not free, it ends before that or takes too long.
   */
  async start(signal?: AbortSignal): Promise<void> {
    requireFreePort(this.spec);
    const run = this.#begin(false);
    const timeoutMs = this.context.readyTimeoutMs ?? READY_TIMEOUT_MS;
    try {
      await this.waitReady(timeoutMs, signal);
    } catch (error) {
      await this.stop(ABORTED_START_MS);
      if (signal?.aborted) throw error;
      throw this.#startError(this.#current ?? run, timeoutMs, error);
    }
    if (this.spec.sharesPort) this.#keep(this.#heedWishes());
  }

  /** Returns when `/readyz` answers 200. @throws when the first process has ended, or too late. */
  async waitReady(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    await poll("readiness", async () => {
      if (this.restarts === 0 && this.pid === null) {
        throw new StopPolling(new Error("it ended by itself"));
      }
      return await this.isReady() ? true : null;
    }, { timeoutMs, everyMs: 50, signal });
  }

  /** One look at `/readyz` of the process in charge. */
  async isReady(): Promise<boolean> {
    return await this.#current?.isReady() ?? false;
  }

  /**
   * Puts a new process in charge without a gap: starts it, waits until it is ready, lets the old one
   * drain and waits for its end (-9 after 30 s). Called again meanwhile, it waits for the same.
   *
   * @throws when the successor does not become ready; the old process stays in charge then.
   */
  replace(signal?: AbortSignal): Promise<void> {
    this.#replacing ??= this.#replace(signal).finally(() => this.#replacing = null);
    return this.#replacing;
  }

  /** Asks it to drain (SIGTERM, or SIGINT) and returns when it has ended; -9 after `timeoutMs`. */
  async stop(
    timeoutMs: number,
    force?: AbortSignal,
    signal: "SIGTERM" | "SIGINT" = "SIGTERM",
  ): Promise<void> {
    this.#stopping.abort();
    while (this.#runs.size > 0) {
      await Promise.all([...this.#runs].map((run) => run.end(timeoutMs, force, signal)));
    }
    await this.#replacing?.catch(() => {});
    await Promise.all(this.#watchers);
  }

  #begin(successor: boolean): PartRun {
    const run = new PartRun(this.spec, this.context, successor);
    this.#runs.add(run);
    if (!successor) this.#current = run;
    this.#keep(this.#watch(run));
    return run;
  }

  #keep(watcher: Promise<void>): void {
    this.#watchers.add(watcher);
    void watcher.finally(() => this.#watchers.delete(watcher));
  }

  /** Waits for the end of a process; starts the next one when it was in charge and nobody asked. */
  async #watch(run: PartRun): Promise<void> {
    const status = await run.ended;
    this.#runs.delete(run);
    if (this.#stopping.signal.aborted) {
      if (!status.success) run.note(`ended with ${describeEnd(status)} while it stopped`);
      return;
    }
    if (this.#current !== run) return;
    this.#failures = performance.now() - run.startedAt > STEADY_MS ? 0 : this.#failures + 1;
    await this.#startAgain(run, `ended unasked with ${describeEnd(status)}`);
  }

  async #startAgain(run: PartRun, what: string): Promise<void> {
    const { signal } = this.#stopping;
    for (let why = what;;) {
      const waitMs = Math.min(MAX_RESTART_MS, FIRST_RESTART_MS * 2 ** Math.min(this.#failures, 10));
      run.note(`${why}; starting it again in ${waitMs} ms`);
      await pause(waitMs, signal);
      // A successor that was on its way may have taken over meanwhile.
      if (signal.aborted || this.#current !== run) return;
      try {
        if (this.#runs.size === 0) requireFreePort(this.spec);
        this.restarts += 1;
        this.#begin(false);
        return;
      } catch (error) {
        this.#failures += 1;
        why = error instanceof Error ? error.message : String(error);
      }
    }
  }

  async #replace(signal?: AbortSignal): Promise<void> {
    const stopping = this.#stopping.signal;
    const ending = signal ? AbortSignal.any([stopping, signal]) : stopping;
    ending.throwIfAborted();
    if (!this.spec.sharesPort) {
      throw new Error(`Cannot replace ${this.name} as it must share its port: it does not`);
    }
    const startedAt = performance.now();
    const timeoutMs = this.context.readyTimeoutMs ?? READY_TIMEOUT_MS;
    const successor = this.#begin(true);
    try {
      await poll("readiness", async () => {
        if (!successor.alive) throw new StopPolling(new Error("it ended by itself"));
        return await successor.isReady() ? true : null;
      }, { timeoutMs, everyMs: 50, signal: ending });
    } catch (error) {
      await successor.end(ABORTED_START_MS);
      if (ending.aborted) throw error;
      throw this.#startError(successor, timeoutMs, error);
    }
    const old = this.#current;
    this.#current = successor;
    this.replacements += 1;
    // A stop meanwhile waits for this drain too; only its own wish to force cuts it off.
    await old?.end(DRAIN_TIMEOUT_MS);
    const tookMs = Math.round(performance.now() - startedAt);
    successor.note(`process ${successor.pid} has replaced ${old?.pid ?? "none"} in ${tookMs} ms`);
  }

  /** Replaces every process that asks for it, after ever longer pauses when that does not help. */
  async #heedWishes(): Promise<void> {
    const { signal } = this.#stopping;
    let replacements = 0;
    let replacedAt = -Infinity;
    while (!signal.aborted) {
      await pause(ASK_EVERY_MS, signal);
      const run = this.#current;
      const reason = await run?.wish() ?? null;
      if (run === null || reason === null || signal.aborted) continue;
      if (performance.now() - replacedAt > STEADY_MS) replacements = 0;
      const waitMs = replacements === 0
        ? 0
        : Math.min(MAX_REPLACE_MS, FIRST_REPLACE_MS * 2 ** Math.min(replacements, 10));
      run.note(`asks to be replaced: ${reason}; starting its successor in ${waitMs} ms`);
      await pause(waitMs, signal);
      if (signal.aborted || this.#current !== run) continue;
      replacements += 1;
      await this.replace().catch((error) => {
        if (!signal.aborted) run.note(error instanceof Error ? error.message : String(error));
      });
      replacedAt = performance.now();
    }
  }

  #startError(run: PartRun, timeoutMs: number, error: unknown): Error {
    const why = error instanceof Error ? error.message : String(error);
    return new Error(
      `Cannot start ${this.name} as ${this.url}/readyz must answer 200 within ${timeoutMs} ms: ` +
        `${why}. Its last lines:\n${run.lastLines.map((line) => `    ${line}`).join("\n")}`,
      { cause: error },
    );
  }
}
