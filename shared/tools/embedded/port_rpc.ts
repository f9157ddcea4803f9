import { DatabaseError, type DatabaseFault } from "../../../origin/database/database.ts";

/** Calls that may wait for an answer at once; more are refused instead of piling up. */
const MAX_CALLS = 20_000;

/** How long one call may take. */
const CALL_TIMEOUT_MS = 30_000;

/** How often overdue calls are looked for. */
const SWEEP_MS = 1_000;

interface Call {
  id: number;
  port: string;
  method: string;
  args: unknown[];
}

type Answer =
  | { id: number; ok: true; value: unknown }
  | { id: number; ok: false; error: { name: string; message: string; fault?: string } };

/**
 * The side of a thread, or of its owner, that passes messages. They travel as JSON text: copying
 * objects structurally writes the name of every field of every buy and took twice the time.
 */
export interface MessageEnd {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

// deno-lint-ignore no-explicit-any -- any object with asynchronous methods can be a port
type Port = Record<string, (...args: any[]) => unknown>;

/** Answers calls from the other side with the methods of these ports. */
export function servePorts(end: MessageEnd, ports: Record<string, object>): void {
  const answer = (message: Answer) => end.postMessage(JSON.stringify(message));
  end.onmessage = async (event: MessageEvent<string>) => {
    const { id, port, method, args } = JSON.parse(event.data) as Call;
    try {
      const target = ports[port] as Port | undefined;
      const work = target?.[method];
      if (typeof work !== "function") throw new TypeError(`No such call: ${port}.${method}`);
      answer({ id, ok: true, value: await work.apply(target, args) });
    } catch (error) {
      const { name, message } = error instanceof Error
        ? error
        : { name: "Error", message: String(error) };
      const fault = error instanceof DatabaseError ? { fault: error.fault } : {};
      answer({ id, ok: false, error: { name, message, ...fault } });
    }
  };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  dueAt: number;
}

/** Calls the ports of a thread. Arguments and results are copied, so they must be plain JSON. */
export class PortCaller {
  readonly #waiting = new Map<number, Waiting>();
  readonly #sweep: ReturnType<typeof setInterval>;
  #lastId = 0;
  #failure: Error | null = null;

  constructor(readonly end: MessageEnd) {
    end.onmessage = (event: MessageEvent<string>) => this.#settle(JSON.parse(event.data));
    this.#sweep = setInterval(() => this.#failOverdue(), SWEEP_MS);
  }

  /** True until the thread is gone. */
  get alive(): boolean {
    return this.#failure === null;
  }

  /** Calls one method of one port. */
  call<T>(port: string, method: string, args: unknown[]): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#waiting.size >= MAX_CALLS) {
      return Promise.reject(
        new DatabaseError(
          "unavailable",
          `Cannot call ${port}.${method} as ${MAX_CALLS} calls wait`,
        ),
      );
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        dueAt: Date.now() + CALL_TIMEOUT_MS,
      });
      this.end.postMessage(JSON.stringify({ id, port, method, args } satisfies Call));
    });
  }

  /** An object that calls a port of the thread as if it were here. */
  port<T extends object>(name: string): T {
    return new Proxy({} as T, {
      get: (_, method) => {
        // A proxy that answered `then` would be taken for a promise.
        if (typeof method !== "string" || method === "then") return undefined;
        return (...args: unknown[]) => this.call(name, method, args);
      },
    });
  }

  /** Ends every waiting call with the error, and every later one. */
  fail(error: Error): void {
    this.#failure ??= error;
    clearInterval(this.#sweep);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting.resolve(answer.value);
    else waiting.reject(restoreError(answer.error));
  }

  #failOverdue(): void {
    const now = Date.now();
    for (const [id, waiting] of this.#waiting) {
      // Calls are kept in the order in which they were made, so the first one in time ends this.
      if (waiting.dueAt > now) return;
      this.#waiting.delete(id);
      waiting.reject(
        new DatabaseError("unavailable", `No answer from the store in ${CALL_TIMEOUT_MS} ms`),
      );
    }
  }
}

function restoreError(error: { name: string; message: string; fault?: string }): Error {
  if (error.fault) return new DatabaseError(error.fault as DatabaseFault, error.message);
  const restored = new Error(error.message);
  restored.name = error.name;
  return restored;
}
