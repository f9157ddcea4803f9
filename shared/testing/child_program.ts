import { fileURLToPath } from "node:url";

/** The project's folder, with a slash at its end. */
const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** How long tests wait for a program to print or to end. */
const DEADLINE_MS = 20_000;

/** A program of `shared/testing` that a test runs in a process of its own. */
export class ChildProgram {
  /** What it has printed so far, both streams. */
  output = "";
  readonly #child: Deno.ChildProcess;
  readonly #status: Promise<Deno.CommandStatus>;
  #printed = Promise.withResolvers<void>();

  private constructor(file: string, env: Record<string, string>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        `--config=${PROJECT}deno.json`,
        "--allow-net=127.0.0.1",
        "--allow-env",
        `${PROJECT}shared/testing/${file}`,
      ],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const collected = [this.#child.stdout, this.#child.stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#add(text);
    });
    this.#status = Promise.all([this.#child.status, ...collected]).then(([status]) => {
      this.#add("");
      return status;
    });
  }

  /** Runs a program, hands it to `test`, and kills what is left of it. */
  static async with(
    file: string,
    env: Record<string, string>,
    test: (program: ChildProgram) => Promise<void>,
  ): Promise<void> {
    const program = new ChildProgram(file, env);
    try {
      await test(program);
    } catch (error) {
      throw new Error(`${error}\nThe program printed:\n${program.output}`, { cause: error });
    } finally {
      program.signal("SIGKILL");
      await program.#status;
    }
  }

  /** Sends a signal; one that has ended already does not mind. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // Ended.
    }
  }

  /** Waits for a piece of output. @throws when it does not come in time. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = performance.now() + DEADLINE_MS;
    while (true) {
      const match = pattern.exec(this.output);
      if (match) return match;
      await within(this.#printed.promise, deadline - performance.now(), `printing ${pattern}`);
    }
  }

  /** Waits for its end; the status, and how long that took from now on. */
  async ended(): Promise<{ code: number; signal: Deno.Signal | null; tookMs: number }> {
    const startedAt = performance.now();
    const { code, signal } = await within(this.#status, DEADLINE_MS, "ending");
    return { code, signal, tookMs: performance.now() - startedAt };
  }

  #add(text: string): void {
    this.output += text;
    this.#printed.resolve();
    this.#printed = Promise.withResolvers();
  }
}

async function within<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`gave up ${what}`)), timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
