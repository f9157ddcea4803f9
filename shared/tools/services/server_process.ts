import { sendSignal } from "./process_table.ts";
import { pause } from "./poll.ts";

/** How a server is started. */
export interface ServerCommand {
  program: string;
  args: string[];
  /** Added to this process's environment. */
  env: Record<string, string>;
  /** Gets what the server prints. */
  logFile: string;
}

/** Lines of a server's log that an error shows. */
const LOG_TAIL_LINES = 15;
const LOG_TAIL_BYTES = 16_384;

/**
 * One server as a process group of its own, so that a terminal's Ctrl-C does not reach it before
 * its clients have drained. It writes its log itself and lives on when this process is killed.
 */
export class ServerProcess {
  #child: Deno.ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(readonly command: ServerCommand) {}

  /** The id of the process and of its group; null while it is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  spawn(): void {
    if (this.#child) {
      throw new Error(
        `Cannot start ${this.command.program} as it must be down: current value is pid ${this.pid}`,
      );
    }
    const { program, args, env, logFile } = this.command;
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$0" "$@" >>"$SERVER_LOG" 2>&1', program, ...args],
      env: { ...env, SERVER_LOG: logFile },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#child = child;
    this.#ended = child.status.then(() => {
      if (this.#child === child) this.#child = null;
    });
  }

  /** Sends a signal to the whole group; nothing happens while it is down. */
  signal(signal: Deno.Signal): void {
    if (this.pid !== null) sendSignal(-this.pid, signal);
  }

  /** Sends `signal` and returns when the server has ended; -9 after `timeoutMs`. */
  async end(signal: Deno.Signal, timeoutMs: number): Promise<void> {
    const ended = this.#ended;
    this.signal(signal);
    const waiting = new AbortController();
    await Promise.race([ended, pause(timeoutMs, waiting.signal)]);
    waiting.abort();
    this.signal("SIGKILL");
    await ended;
  }

  /** The end of the log, for an error message. */
  async logTail(): Promise<string> {
    return await tailOf(this.command.logFile);
  }
}

/** The last lines of a file, indented; says so when there is none. */
export async function tailOf(file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(file);
  } catch {
    return "    (it wrote no log)";
  }
  const text = new TextDecoder().decode(bytes.subarray(-LOG_TAIL_BYTES)).trimEnd();
  if (text === "") return "    (its log is empty)";
  return text.split("\n").slice(-LOG_TAIL_LINES).map((line) => `    ${line}`).join("\n");
}

/** Runs a preparing program to its end. @throws when it fails or takes longer than `timeoutMs`. */
export async function runToEnd(command: ServerCommand, timeoutMs: number): Promise<void> {
  const server = new Deno.Command(command.program, {
    args: command.args,
    env: command.env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { success, code, stdout, stderr } = await server.output();
  await Deno.writeFile(command.logFile, stdout, { append: true });
  await Deno.writeFile(command.logFile, stderr, { append: true });
  if (!success) {
    throw new Error(
      `Cannot run ${command.program} as it must end with status 0: current value is ${code}\n` +
        await tailOf(command.logFile),
    );
  }
}
