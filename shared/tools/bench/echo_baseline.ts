import { withDeadline } from "../../shutdown.ts";
import type { ByteSlab } from "./byte_slab.ts";
import { driveLoad } from "./generator.ts";
import type { HttpTarget } from "./http_target.ts";

/** Longest time until the echo server listens. */
const START_TIMEOUT_MS = 20_000;

/** One measurement of the yardstick. */
export interface EchoMeasure {
  perSecond: number;
  /** CPU seconds of the generator per second. */
  generatorCpuShare: number;
}

/** The echo server as a process of its own, like the system that it is compared with. */
export class EchoServer {
  readonly #process: Deno.ChildProcess;
  /** Where it listens. */
  readonly target: HttpTarget;

  private constructor(process: Deno.ChildProcess, port: number) {
    this.#process = process;
    this.target = { hostname: "127.0.0.1", port, tls: false, host: `127.0.0.1:${port}` };
  }

  /** Starts it. @throws when it does not listen in time. */
  static async start(): Promise<EchoServer> {
    const file = new URL("./echo_server.ts", import.meta.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", file.href],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    try {
      const first = await withDeadline(reader.read(), START_TIMEOUT_MS, "starting the echo server");
      const port = Number(new TextDecoder().decode(first.value).trim());
      if (!(port > 0)) throw new Error("Cannot start the echo server: it did not name its port");
      return new EchoServer(child, port);
    } catch (error) {
      child.kill("SIGKILL");
      await child.status;
      throw error;
    } finally {
      await reader.cancel();
    }
  }

  /** Sends the run's own requests, over and over, for so many seconds. */
  async measure(requests: ByteSlab, connections: number, seconds: number): Promise<EchoMeasure> {
    let sent = 0;
    let failed = 0;
    let open = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const load = await driveLoad({
        target: this.target,
        connections,
        answerTimeoutMs: 10_000,
        onStart: () => timer = setTimeout(() => open = false, seconds * 1000),
        next: () => open ? sent++ % requests.length : -1,
        request: (number) => requests.get(number),
        onAnswer: (_number, answer) => {
          if (answer.status !== 200) failed += 1;
        },
        onUnanswered: () => failed += 1,
      });
      if (failed > 0) throw new Error(`Cannot use the echo baseline as ${failed} requests failed`);
      const elapsedS = (load.endedAtMs - load.startedAtMs) / 1000;
      return { perSecond: load.answers / elapsedS, generatorCpuShare: load.cpuShare };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has already ended.
    }
    await this.#process.status;
  }
}
