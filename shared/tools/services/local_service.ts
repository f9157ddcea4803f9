import { poll, PollDeadlineError, StopPolling } from "./poll.ts";
import { runToEnd, type ServerCommand, ServerProcess } from "./server_process.ts";
import { SERVICE_TITLES, type ServiceHandle, type ServiceName } from "./service_handle.ts";

/** All that is needed to run one server from an installed program. */
export interface ServerPlan {
  name: ServiceName;
  port: number;
  url: string;
  command: ServerCommand;
  /** Run once, before the first start. */
  prepare: ServerCommand | null;
  /** Resolves when the server answers a client that signs in; throws while it does not. */
  probe: () => Promise<void>;
  /** Longest time from the start to the first answer. */
  startTimeoutMs: number;
}

const STOP_TIMEOUT_MS = 20_000;
const PREPARE_TIMEOUT_MS = 60_000;

/** A server that runs as a process of this machine. */
export class LocalService implements ServiceHandle {
  readonly name: ServiceName;
  readonly port: number;
  readonly url: string;
  readonly #process: ServerProcess;
  #prepared = false;
  #frozen = false;

  constructor(readonly plan: ServerPlan) {
    this.name = plan.name;
    this.port = plan.port;
    this.url = plan.url;
    this.#process = new ServerProcess(plan.command);
  }

  pids(): number[] {
    return this.#process.pid === null ? [] : [this.#process.pid];
  }

  async kill(): Promise<void> {
    this.#frozen = false;
    await this.#process.end("SIGKILL", STOP_TIMEOUT_MS);
  }

  pause(): Promise<void> {
    this.#frozen = true;
    this.#process.signal("SIGSTOP");
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#frozen = false;
    this.#process.signal("SIGCONT");
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    if (this.#frozen) await this.resume();
    await this.#process.end("SIGTERM", STOP_TIMEOUT_MS);
  }

  async start(signal?: AbortSignal): Promise<void> {
    const { plan } = this;
    const title = SERVICE_TITLES[this.name];
    if (plan.prepare && !this.#prepared) await runToEnd(plan.prepare, PREPARE_TIMEOUT_MS);
    this.#prepared = true;
    signal?.throwIfAborted();
    this.#process.spawn();
    const check = async () => {
      if (this.#process.pid === null) throw new StopPolling(new Error("it ended by itself"));
      await plan.probe();
      return true;
    };
    try {
      await poll("an answer", check, { timeoutMs: plan.startTimeoutMs, everyMs: 100, signal });
    } catch (error) {
      await this.kill();
      if (signal?.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      const rule = error instanceof PollDeadlineError ? "" : " without ending";
      throw new Error(
        `Cannot start ${title} (${plan.command.program}) as it must answer on port ` +
          `${this.port} within ${plan.startTimeoutMs} ms${rule}: ${why}. The end of its log:\n` +
          await this.#process.logTail(),
        { cause: error },
      );
    }
  }
}
