import { join } from "node:path";
import { pause } from "../services/poll.ts";
import { sendSignal } from "../services/process_table.ts";
import { LineRelay } from "./line_relay.ts";
import { netFlag } from "./net_allowed.ts";
import { freeHealthPort } from "./port_check.ts";
import { tracingVariables } from "./tracing_variables.ts";
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
  /**
   * True when a successor may listen on the same address while this one drains. The program must
   * then understand SHARE_PORT and HEALTH_PORT.
   */
  sharesPort?: boolean;
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

const PROBE_TIMEOUT_MS = 2_000;
/** Last lines kept, for whoever asks why it ended. */
const MAX_LAST_LINES = 20;

/** One process from its start to its end. A part has one, and two while it is replaced. */
export class PartRun {
  readonly startedAt = performance.now();
  /** Resolves when it has ended and everything it printed was passed on. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly lastLines: string[] = [];
  readonly pid: number;
  #alive = true;
  #asked = false;
  readonly #spec: PartSpec;
  readonly #context: PartContext;
  /** Where it answers for itself, also while another process has the same address. */
  readonly #healthUrl: string;

  /** Starts it; a `successor` serves only when it is ready. */
  constructor(spec: PartSpec, context: PartContext, successor: boolean) {
    this.#spec = spec;
    this.#context = context;
    const sharing: Record<string, string> = {};
    this.#healthUrl = spec.url;
    if (spec.sharesPort) {
      const healthPort = freeHealthPort();
      sharing.HEALTH_PORT = String(healthPort);
      sharing.SHARE_PORT = successor ? "when_ready" : "at_once";
      this.#healthUrl = `http://127.0.0.1:${healthPort}`;
    }
    const child = this.#spawn(sharing);
    this.pid = child.pid;
    const relayed = this.#relay(child);
    this.ended = child.status.then(async (status) => {
      this.#alive = false;
      await relayed;
      return status;
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Sends a signal to its process group; nothing happens when it has ended. */
  signal(signal: Deno.Signal): void {
    if (this.#alive) sendSignal(-this.pid, signal);
  }

  /** One look at its `/readyz`. */
  async isReady(): Promise<boolean> {
    const response = await this.#ask("/readyz");
    await response?.body?.cancel();
    return response?.status === 200;
  }

  /** Why it asks to be replaced; null when it does not, or does not answer. */
  async wish(): Promise<string | null> {
    const response = await this.#ask("/healthz");
    if (response === null || response.status !== 503) {
      await response?.body?.cancel();
      return null;
    }
    const body = await response.json().catch(() => null) as { replace?: unknown } | null;
    return typeof body?.replace === "string" ? body.replace : null;
  }

  /**
   * Asks it to end and returns when it has; -9 after `timeoutMs` or when `force` aborts. SIGTERM
   * lets it send its clients elsewhere first, SIGINT does not.
   */
  async end(
    timeoutMs: number,
    force?: AbortSignal,
    signal: "SIGTERM" | "SIGINT" = "SIGTERM",
  ): Promise<void> {
    // A process that was paused could not hear the next signal.
    this.signal("SIGCONT");
    // A second signal would be read as the wish to end at once.
    if (!this.#asked) this.signal(signal);
    this.#asked = true;
    const waiting = new AbortController();
    const patience = force ? AbortSignal.any([waiting.signal, force]) : waiting.signal;
    const late = pause(timeoutMs, patience).then(() => "late" as const);
    const outcome = await Promise.race([this.ended.then(() => "ended" as const), late]);
    waiting.abort();
    if (outcome === "late" && this.#alive) {
      this.note(
        force?.aborted ? "is killed, as asked" : `did not end within ${timeoutMs} ms and is killed`,
      );
      this.signal("SIGKILL");
    }
    await this.ended;
  }

  /** Prints a line about it. */
  note(text: string): void {
    this.#context.print(`[${this.#spec.name}] ${text}`);
  }

  async #ask(path: string): Promise<Response | null> {
    try {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      return await fetch(this.#healthUrl + path, { signal });
    } catch {
      return null;
    }
  }

  #spawn(sharing: Record<string, string>): Deno.ChildProcess {
    const { kind, env, entry = join(PROJECT_DIR, PART_ENTRIES[kind]) } = this.#spec;
    const { inherited } = this.#context;
    const tracing = tracingVariables(kind, { ...inherited, ...env });
    const environment = environmentFor(kind, inherited, { ...tracing, ...env, ...sharing });
    return new Deno.Command(Deno.execPath(), {
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
  }

  async #relay(child: Deno.ChildProcess): Promise<void> {
    const relay = new LineRelay((line) => {
      this.lastLines.push(line);
      if (this.lastLines.length > MAX_LAST_LINES) this.lastLines.shift();
      this.note(line);
    });
    await Promise.all([relay.pump(child.stdout), relay.pump(child.stderr)]);
  }
}

/** How a process ended, for a line about it. */
export function describeEnd(status: Deno.CommandStatus): string {
  return status.signal ?? `status ${status.code}`;
}
