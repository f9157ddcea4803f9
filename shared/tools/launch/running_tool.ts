import { join } from "node:path";
import { poll, StopPolling } from "../services/poll.ts";
import { LineRelay } from "./line_relay.ts";
import { PROJECT_DIR } from "./project.ts";

/** A tool of `shared/tools` that a test runs as a person would, in a process of its own. */
export class RunningTool {
  /** What it has printed so far. */
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<number>;
  #status: number | null = null;

  /** `env` is added to this process's environment; an empty value counts as not set. */
  constructor(tool: string, args: string[], env: Record<string, string>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", join(PROJECT_DIR, "shared/tools", tool), ...args],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    const relay = new LineRelay((line) => this.lines.push(line));
    const relayed = Promise.all([relay.pump(this.#child.stdout), relay.pump(this.#child.stderr)]);
    this.#ended = this.#child.status.then(async ({ code }) => {
      await relayed;
      this.#status = code;
      return code;
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a signal to the tool; one that has ended already does not mind. */
  signal(signal: Deno.Signal): void {
    if (this.#status === null) this.#child.kill(signal);
  }

  /** The status with which it ends. */
  ended(): Promise<number> {
    return this.#ended;
  }

  /** The JSON of its ready file, once it is written. @throws with its output when it ends before. */
  async ready<T>(path: string, timeoutMs = 90_000): Promise<T> {
    return await poll("readiness", async () => {
      if (this.#status !== null) {
        throw new StopPolling(
          new Error(`It ended with ${this.#status}:\n${this.lines.join("\n")}`),
        );
      }
      return JSON.parse(await Deno.readTextFile(path)) as T;
    }, { timeoutMs, everyMs: 50 });
  }

  /** Waits for a printed line. */
  async line(pattern: RegExp, timeoutMs = 90_000): Promise<RegExpExecArray> {
    return await poll(String(pattern), () => {
      for (const line of this.lines) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      if (this.#status !== null) {
        throw new StopPolling(
          new Error(`It ended with ${this.#status}:\n${this.lines.join("\n")}`),
        );
      }
      return null;
    }, { timeoutMs, everyMs: 50 });
  }
}
