import { HttpSocket } from "../bench/http_socket.ts";
import { type HttpTarget, httpTarget, requestText } from "../bench/http_target.ts";
import { pause } from "../services/poll.ts";

/** What the clients of a steady load ask for. */
export interface LoadPlan {
  edgeUrl: string;
  saleId: number;
  productId: number;
  /** Clients, each with one keep-alive connection and one request at a time. */
  clients: number;
  /** Requests that all clients together make per second, at most. */
  requestsPerSecond: number;
}

/** What became of the requests of a load. */
export interface LoadResult {
  requests: number;
  /** Buys that were answered `reserved`, and `processing`. */
  reserved: number;
  processing: number;
  /** How many answers had each status. */
  statuses: Record<string, number>;
  /** One line per request that failed: no answer, or one that it should not have had. */
  failures: string[];
}

/** Most failures that are told in words. */
const MAX_FAILURES = 1_000;

/** Longest wait for an answer; a buyer's own patience ends about there. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Clients that buy, look at stock and read pages without a pause until they are stopped. They are
 * as strict as a client can be: nothing is ever sent twice, not even on a connection that turns out
 * to be closed, so every gap in the service is a failed request.
 */
export class SteadyLoad {
  readonly result: LoadResult = {
    requests: 0,
    reserved: 0,
    processing: 0,
    statuses: {},
    failures: [],
  };
  readonly #plan: LoadPlan;
  readonly #target: HttpTarget;
  readonly #stopping = new AbortController();
  #clients: Promise<void>[] = [];
  #buyers = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#target = httpTarget(plan.edgeUrl);
  }

  start(): void {
    this.#clients = Array.from({ length: this.#plan.clients }, () => this.#client());
  }

  /** Lets requests under way end. */
  async stop(): Promise<LoadResult> {
    this.#stopping.abort();
    await Promise.all(this.#clients);
    return this.result;
  }

  async #client(): Promise<void> {
    const { signal } = this.#stopping;
    const { saleId, productId, clients, requestsPerSecond } = this.#plan;
    const connection = new StrictConnection(this.#target);
    const pauseMs = 1_000 * clients / requestsPerSecond;
    const json = { "content-type": "application/json" };
    const ask = async (method: string, path: string, expected: number[], extra = {}) => {
      await pause(Math.random() * 2 * pauseMs, signal);
      if (signal.aborted) return null;
      const request = requestText(this.#target, { method, path, ...extra });
      return await this.#exchange(connection, request, `${method} ${path}`, expected);
    };
    while (!signal.aborted) {
      const body = JSON.stringify({ userId: `u${this.#buyers++}` });
      const login = await ask("POST", "/dev/login", [200], { headers: json, body });
      if (!login) continue;
      const headers = { authorization: `Bearer ${login.token}` };
      await ask("GET", `/api/sales/${saleId}/stock`, [200]);
      const buy = await ask("POST", `/api/sales/${saleId}/buy`, [201, 202], {
        headers,
        body: JSON.stringify({ productId }),
      });
      if (buy?.outcome === "reserved") this.result.reserved += 1;
      if (buy?.outcome === "processing") this.result.processing += 1;
      await ask("GET", `/sales/${saleId}`, [200]);
      if (buy) await ask("GET", `/api/orders/${buy.ticket}`, [200], { headers });
    }
    connection.close();
  }

  /** The JSON of the answer, or null when it has none or the request failed. */
  async #exchange(
    connection: StrictConnection,
    request: string,
    what: string,
    expected: number[],
  ): Promise<Record<string, unknown> | null> {
    const { result } = this;
    result.requests += 1;
    try {
      const { status, text } = await connection.exchange(request);
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      if (expected.includes(status)) return text.startsWith("{") ? JSON.parse(text) : null;
      this.#fail(`${what}: ${status} ${text.slice(0, 200)}`);
    } catch (error) {
      connection.close();
      this.#fail(`${what}: ${error}`);
    }
    return null;
  }

  #fail(line: string): void {
    if (this.result.failures.length >= MAX_FAILURES) return;
    this.result.failures.push(`${new Date().toISOString()} ${line}`);
  }
}

/** A keep-alive connection that is made anew only when the server said that it ends. */
class StrictConnection {
  readonly #target: HttpTarget;
  #socket: HttpSocket | null = null;

  constructor(target: HttpTarget) {
    this.#target = target;
  }

  async exchange(request: string): Promise<{ status: number; text: string }> {
    const socket = this.#socket ??= await HttpSocket.connect(this.#target);
    const timer = setTimeout(() => socket.close(), ANSWER_TIMEOUT_MS);
    try {
      const status = await socket.exchange(new TextEncoder().encode(request), performance.now());
      const text = new TextDecoder().decode(socket.answer.body());
      if (!socket.answer.keepAlive) this.close();
      return { status, text };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }
}
