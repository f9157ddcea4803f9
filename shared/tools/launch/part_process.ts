import { join } from "node:path";
import { pause, poll, StopPolling } from "../services/poll.ts";
import { sendSignal } from "../services/process_table.ts";
import { LineRelay } from "./line_relay.ts";
import { netFlag } from "./net_allowed.ts";
import { environmentFor, PART_ENTRIES, type PartKind, PROJECT_DIR } from "./project.ts";

/** One process to run. */
export interface PartSpec {
  kind: PartKind;
  /** How its lines begin, say `edge` or `edge-2`. */
  name: string;
  /** Where this machine reaches it, say `http://127.0.0.1:8000`. */
  url: string;
  /** Its variables; added to the inherited ones, less those of other parts. */
  env: Record<string, string>;
  /** Another program than the part's own, for tests of the launcher. */
  entry?: string;
}

/** What a part needs from its launcher. */
export interface PartContext {
  inherited: Record<string, string | undefined>;
  /** Takes what the process prints, prefix included. */
  print: (line: string) => void;
  readyTimeoutMs?: number;
}

const READY_TIMEOUT_MS = 60_000;
const PROBE_TIMEOUT_MS = 2_000;
/** A process that never became ready has promised nothing to anybody. */
const ABORTED_START_MS = 2_000;
const FIRST_RESTART_MS = 250;
const MAX_RESTART_MS = 10_000;
/** A process that ran this long has earned a quick restart again. */
const STEADY_MS = 30_000;

/**
 * An edge, origin or worker as a process group of its own, with the permissions of its set and the
 * network of its configuration. One that ends unasked is started again, ever more slowly.
 */
export class PartProcess {
  readonly name: string;
  readonly kind: PartKind;
  readonly url: string;
  /** How often it was started again. */
  restarts = 0;
  #child: Deno.ChildProcess | null = null;
  #lastLines: string[] = [];
  #watching: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  constructor(readonly spec: PartSpec, readonly context: PartContext) {
    this.name = spec.name;
    this.kind = spec.kind;
    this.url = spec.url;
  }

  /** Null while it is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Sends a signal to the process group; nothing happens while it is down. */
  signal(signal: Deno.Signal): void {
    if (this.pid !== null) sendSignal(-this.pid, signal);
  }

  /**
   * Starts it and returns when it is ready.
   * @throws with its last lines when it ends before that or takes too long.
   */
  async start(signal?: AbortSignal): Promise<void> {
    const child = this.#spawn();
    const relayed = this.#relay(child);
    this.#watching = this.#watch(child, relayed);
    const timeoutMs = this.context.readyTimeoutMs ?? READY_TIMEOUT_MS;
    try {
      await this.waitReady(timeoutMs, signal);
    } catch (error) {
      await this.stop(ABORTED_START_MS);
      if (signal?.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        `Cannot start ${this.name} as ${this.url}/readyz must answer 200 within ${timeoutMs} ms: ` +
          `${why}. Its last lines:\n${this.#lastLines.map((line) => `    ${line}`).join("\n")}`,
        { cause: error },
      );
    }
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

  /** One look at `/readyz`. */
  async isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/readyz`, {
        signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      });
      await response.body?.cancel();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  /** Asks it to drain (SIGTERM) and returns when it has ended; -9 after `timeoutMs`. */
  async stop(timeoutMs: number, force?: AbortSignal): Promise<void> {
    this.#stopping.abort();
    // A process that was paused could not hear the next signal.
    this.signal("SIGCONT");
    this.signal("SIGTERM");
    const waiting = new AbortController();
    const patience = force ? AbortSignal.any([waiting.signal, force]) : waiting.signal;
    const late = pause(timeoutMs, patience).then(() => "late" as const);
    const outcome = await Promise.race([this.#watching.then(() => "ended" as const), late]);
    waiting.abort();
    if (outcome === "late" && this.pid !== null) {
      this.context.print(`[${this.name}] did not end within ${timeoutMs} ms and is killed`);
      this.signal("SIGKILL");
    }
    await this.#watching;
  }

  #spawn(): Deno.ChildProcess {
    const { kind, env, entry = join(PROJECT_DIR, PART_ENTRIES[kind]) } = this.spec;
    const environment = environmentFor(kind, this.context.inherited, env);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        `--config=${join(PROJECT_DIR, "deno.json")}`,
        `-P=${kind}`,
        netFlag(kind, environment),
        entry,
      ],
      cwd: PROJECT_DIR,
      clearEnv: true,
      env: environment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    this.#child = child;
    return child;
  }

  async #relay(child: Deno.ChildProcess): Promise<void> {
    const relay = new LineRelay((line) => {
      this.#lastLines.push(line);
      if (this.#lastLines.length > 20) this.#lastLines.shift();
      this.context.print(`[${this.name}] ${line}`);
    });
    await Promise.all([relay.pump(child.stdout), relay.pump(child.stderr)]);
  }

  /** Waits for the end of each process in turn and starts the next, until `stop()`. */
  async #watch(first: Deno.ChildProcess, firstRelayed: Promise<void>): Promise<void> {
    let child = first;
    let relayed = firstRelayed;
    let failures = 0;
    const { signal } = this.#stopping;
    while (true) {
      const startedAt = performance.now();
      const status = await child.status;
      this.#child = null;
      await relayed;
      if (signal.aborted) {
        if (!status.success) this.#note(`ended with ${describe(status)} while it stopped`);
        return;
      }
      failures = performance.now() - startedAt > STEADY_MS ? 0 : failures + 1;
      const waitMs = Math.min(MAX_RESTART_MS, FIRST_RESTART_MS * 2 ** Math.min(failures, 10));
      this.#note(`ended unasked with ${describe(status)}; starting it again in ${waitMs} ms`);
      await pause(waitMs, signal);
      if (signal.aborted) return;
      this.restarts += 1;
      child = this.#spawn();
      relayed = this.#relay(child);
    }
  }

  #note(text: string): void {
    this.context.print(`[${this.name}] ${text}`);
  }
}

function describe(status: Deno.CommandStatus): string {
  return status.signal ?? `status ${status.code}`;
}
