import type { Log } from "../shared/log.ts";
import { REQUEST_IDS_HEADER } from "../shared/identify_requests.ts";
import { DRAINING_HEADER, EDGE_KEY_HEADER } from "../shared/internal_api.ts";
import { requestContext } from "../shared/request_context.ts";
import { REQUEST_ID_HEADER } from "../shared/request_id.ts";
import type { Clock } from "../shared/clock.ts";
import { isBetter, type Origin, OriginBooks, type OriginHealth, rankOf } from "./origin_health.ts";
import { RetryBudget, type RetryBudgetCounts } from "./retry_budget.ts";
import type { Timers } from "./timers.ts";

export type { Origin, OriginHealth } from "./origin_health.ts";

/** What to ask an origin. */
export interface OriginCall {
  method: "GET" | "POST";
  /** Path and query, beginning with a slash. */
  path: string;
  /** JSON text, or bytes that are handed on as they are. */
  body?: string | Uint8Array<ArrayBuffer>;
  /** Headers besides the edge's own. */
  headers?: Headers;
  /** Statuses of 500 and more that are an answer of a healthy origin, not a failure of it. */
  accepts?: readonly number[];
  /**
   * True for what waits for the order book: being late with it says nothing about an origin that
   * still decides buys.
   */
  mayBeLate?: boolean;
  timeoutMs: number;
}

/** What an origin answered, its body read whole. */
export interface OriginAnswer {
  status: number;
  text: string;
  /** Seconds to wait before asking again, as the origin gave them. */
  retryAfter: string | null;
  origin: OriginHealth;
}

/** Thrown when an origin gave no usable answer: away, too late, or a status of 500 and more. */
export class OriginFailure extends Error {
  override name = "OriginFailure";

  constructor(readonly origin: OriginHealth | null, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Where the end of a call is noted. */
interface Notes {
  succeeded(one: OriginHealth): void;
  failed(one: OriginHealth, error: unknown): void;
}

class LateError extends Error {
  override name = "LateError";
}

/** What the pool needs. */
export interface OriginPoolParts {
  origins: Origin[];
  edgeKey: string;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/**
 * The origins behind this edge. A call goes to the healthy origin with the fewest calls in flight,
 * of those that are ready if there are any. Three failures in a row of one kind (calls for buyers,
 * for the snapshot) take an origin out until a probe of it succeeds; one that drains is called only
 * when no other is ready.
 */
export class OriginPool {
  readonly #parts: OriginPoolParts;
  readonly #books: OriginBooks;
  /** Of second tries, whatever they are about. */
  readonly #budget: RetryBudget;
  readonly #ofBuyers: Notes;
  /** Of the snapshot and of probes, which are counted apart: neither excuses or blames the other. */
  readonly #steady: Notes;
  #turn = 0;

  constructor(parts: OriginPoolParts) {
    if (parts.origins.length === 0) {
      throw new RangeError("Cannot make an origin pool as it needs an origin: current value is 0");
    }
    this.#parts = parts;
    this.#books = new OriginBooks(parts.origins, parts);
    this.#budget = new RetryBudget(parts.clock);
    const books = this.#books;
    this.#ofBuyers = books;
    this.#steady = {
      succeeded: (one) => books.answered(one),
      failed: (one, error) => books.failedSteadily(one, error),
    };
  }

  /** How many origins are fit to be called. */
  get healthyCount(): number {
    return this.#books.healthyCount;
  }

  get size(): number {
    return this.#books.all.length;
  }

  /** Every origin and how it is doing. */
  get origins(): readonly OriginHealth[] {
    return this.#books.all;
  }

  /** Second tries that were allowed, and those that were refused as too many. */
  get retryCounts(): Readonly<RetryBudgetCounts> {
    return this.#budget.counts;
  }

  /**
   * Calls a healthy origin, for a second try another than `avoid` if there is one.
   * @throws {OriginFailure}
   */
  call(call: OriginCall, avoid: OriginHealth | null = null): Promise<OriginAnswer> {
    if (avoid === null) this.#budget.addCall();
    const chosen = this.#leastLoaded(avoid);
    if (!chosen) return Promise.reject(new OriginFailure(null, "No origin is healthy"));
    chosen.counts.calls += 1;
    if (avoid !== null) chosen.counts.retries += 1;
    return this.#send(chosen, call, this.#ofBuyers);
  }

  /** True when a second try may be made: an origin is there, and there were not too many of late. */
  takeRetry(): boolean {
    return this.healthyCount > 0 && this.#budget.take();
  }

  /**
   * Calls an origin even when none is healthy, always the same while it is well: for the snapshot,
   * whose version should not jump between origins. @throws {OriginFailure}
   */
  callSteadily(call: OriginCall): Promise<OriginAnswer> {
    return this.#send(this.#steadiest(), call, this.#steady);
  }

  /**
   * Tells an origin something beside its work: neither what it answers nor that it does not is held
   * for or against it, and nothing is tried twice. @throws {Error} when it is away or late
   */
  async tell(call: OriginCall): Promise<void> {
    const { status } = await this.#withinTime(this.#steadiest(), call);
    if (status >= 400) throw new Error(`status ${status} on ${call.path}`);
  }

  /** Tries every origin that is out and whose pause is over. Never throws. */
  async probe(call: OriginCall): Promise<void> {
    const due = this.origins.filter((one) =>
      !one.healthy && one.inFlight === 0 && this.#books.mayBeTried(one)
    );
    const tries = due.map((one) => this.#send(one, call, this.#steady));
    await Promise.allSettled(tries);
  }

  /** Asks every origin that is not out whether it is ready. Never throws. */
  async check(call: OriginCall): Promise<void> {
    const asked = this.origins.filter((one) => one.healthy);
    await Promise.all(asked.map((one) => this.#check(one, call)));
  }

  async #check(one: OriginHealth, call: OriginCall): Promise<void> {
    try {
      const { status } = await this.#withinTime(one, call);
      if (status >= 500 && status !== 503) throw new Error(`status ${status} on ${call.path}`);
      // One that drains says 503 and still works.
      this.#books.toldReadiness(one, status !== 503 || one.leaving);
    } catch (error) {
      this.#books.keptSilent(one, error);
    }
  }

  /** The first of the best rank, and in turn while none is healthy. */
  #steadiest(): OriginHealth {
    let chosen: OriginHealth | null = null;
    for (const one of this.origins) {
      if (one.healthy && (chosen === null || rankOf(one) < rankOf(chosen))) chosen = one;
    }
    return chosen ?? this.origins[this.#turn++ % this.size]!;
  }

  #leastLoaded(avoid: OriginHealth | null): OriginHealth | null {
    const count = this.size;
    const first = this.#turn++ % count;
    let best: OriginHealth | null = null;
    for (let i = 0; i < count; i += 1) {
      const one = this.origins[(first + i) % count]!;
      if (one.healthy && one !== avoid && (best === null || isBetter(one, best))) best = one;
    }
    return best ?? (avoid?.healthy ? avoid : null);
  }

  async #send(
    to: OriginHealth,
    call: OriginCall,
    notes: Notes,
  ): Promise<OriginAnswer> {
    to.inFlight += 1;
    try {
      const answer = await this.#withinTime(to, call);
      if (answer.status >= 500 && !call.accepts?.includes(answer.status)) {
        throw new Error(`status ${answer.status}`);
      }
      notes.succeeded(to);
      return answer;
    } catch (error) {
      if (!(error instanceof LateError && call.mayBeLate)) notes.failed(to, error);
      const why = error instanceof Error ? error.message : String(error);
      throw new OriginFailure(to, `${call.method} ${call.path} at ${to.origin.url}: ${why}`);
    } finally {
      to.inFlight -= 1;
    }
  }

  /** @throws when the answer is not there within the call's time, or never comes. */
  async #withinTime(to: OriginHealth, call: OriginCall): Promise<OriginAnswer> {
    const abort = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = this.#parts.timers.after(call.timeoutMs, () => {
      late.reject(new LateError(`no answer within ${call.timeoutMs} ms`));
      abort.abort();
    });
    try {
      // An origin in the same process does not watch the signal, hence the race.
      return await Promise.race([this.#exchange(to, call, abort.signal), late.promise]);
    } finally {
      this.#parts.timers.cancel(timer);
    }
  }

  async #exchange(to: OriginHealth, call: OriginCall, signal: AbortSignal): Promise<OriginAnswer> {
    const headers = new Headers(call.headers);
    headers.set(EDGE_KEY_HEADER, this.#parts.edgeKey);
    const context = requestContext.getStore();
    if (context !== undefined) headers.set(REQUEST_ID_HEADER, context.requestId);
    if (context?.requestIds !== undefined) {
      headers.set(REQUEST_IDS_HEADER, context.requestIds.join(","));
    }
    if (typeof call.body === "string") headers.set("content-type", "application/json");
    const request = new Request(to.origin.url + call.path, {
      method: call.method,
      headers,
      signal,
      // An origin never redirects; following one could hand the key to somebody else.
      redirect: "error",
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const response = await to.origin.call(request);
    to.leaving = response.headers.has(DRAINING_HEADER);
    const retryAfter = response.headers.get("retry-after");
    return { status: response.status, text: await response.text(), retryAfter, origin: to };
  }
}
