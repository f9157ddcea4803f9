import type { Log } from "../shared/log.ts";
import { DRAINING_HEADER, EDGE_KEY_HEADER } from "../shared/internal_api.ts";
import type { Clock } from "../shared/clock.ts";
import type { Timers } from "./timers.ts";

/** One origin. `call` is `fetch`, or the origin's own handler when both run in one process. */
export interface Origin {
  /** Base URL without a trailing slash. */
  url: string;
  call(request: Request): Promise<Response>;
}

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

class LateError extends Error {
  override name = "LateError";
}

/** How an origin is doing. */
export interface OriginHealth {
  readonly origin: Origin;
  healthy: boolean;
  /** True once it said that it drains, until it, or whoever follows it there, answers otherwise. */
  leaving: boolean;
  inFlight: number;
  consecutiveFailures: number;
  /** When an unhealthy origin may be tried again, ms. */
  retryAtMs: number;
  cooldownMs: number;
}

/** Failures in a row that take an origin out. */
const FAILURES_TO_EJECT = 3;
/** An origin that is out is tried after this long, twice as long each time, up to the maximum. */
const MIN_COOLDOWN_MS = 500;
const MAX_COOLDOWN_MS = 5_000;

/** What the pool needs. */
export interface OriginPoolParts {
  origins: Origin[];
  edgeKey: string;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/**
 * The origins behind this edge. A call goes to the healthy origin with the fewest calls in flight;
 * three failures in a row take an origin out until a probe of it succeeds, one that drains is called
 * only when no other is healthy.
 */
export class OriginPool {
  readonly #parts: OriginPoolParts;
  readonly #origins: OriginHealth[];
  #healthyCount: number;
  #turn = 0;

  constructor(parts: OriginPoolParts) {
    if (parts.origins.length === 0) {
      throw new RangeError("Cannot make an origin pool as it needs an origin: current value is 0");
    }
    this.#parts = parts;
    this.#origins = parts.origins.map((origin) => ({
      origin,
      healthy: true,
      leaving: false,
      inFlight: 0,
      consecutiveFailures: 0,
      retryAtMs: 0,
      cooldownMs: MIN_COOLDOWN_MS,
    }));
    this.#healthyCount = this.#origins.length;
  }

  /** How many origins are fit to be called. */
  get healthyCount(): number {
    return this.#healthyCount;
  }

  get size(): number {
    return this.#origins.length;
  }

  /** Calls a healthy origin, another than `avoid` if there is one. @throws {OriginFailure} */
  call(call: OriginCall, avoid: OriginHealth | null = null): Promise<OriginAnswer> {
    const chosen = this.#leastLoaded(avoid);
    if (!chosen) return Promise.reject(new OriginFailure(null, "No origin is healthy"));
    return this.#send(chosen, call);
  }

  /**
   * Calls an origin even when none is healthy, always the same while it is and does not drain: for
   * the snapshot, whose version should not jump between origins. @throws {OriginFailure}
   */
  callSteadily(call: OriginCall): Promise<OriginAnswer> {
    const healthy = this.#origins.find((origin) => origin.healthy && !origin.leaving) ??
      this.#origins.find((origin) => origin.healthy);
    const chosen = healthy ?? this.#origins[this.#turn++ % this.#origins.length]!;
    return this.#send(chosen, call);
  }

  /** Tries every origin that is out and whose pause is over, or that drains. Never throws. */
  async probe(call: OriginCall): Promise<void> {
    const nowMs = this.#parts.clock();
    const due = this.#origins.filter((one) =>
      one.healthy ? one.leaving : one.inFlight === 0 && one.retryAtMs <= nowMs
    );
    if (due.length === 0) return;
    await Promise.allSettled(due.map((origin) => this.#send(origin, call)));
  }

  #leastLoaded(avoid: OriginHealth | null): OriginHealth | null {
    const count = this.#origins.length;
    const first = this.#turn++ % count;
    let best: OriginHealth | null = null;
    for (let i = 0; i < count; i += 1) {
      const one = this.#origins[(first + i) % count]!;
      if (one.healthy && one !== avoid && (best === null || isBetter(one, best))) best = one;
    }
    return best ?? (avoid?.healthy ? avoid : null);
  }

  async #send(to: OriginHealth, call: OriginCall): Promise<OriginAnswer> {
    const abort = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = this.#parts.timers.after(call.timeoutMs, () => {
      late.reject(new LateError(`no answer within ${call.timeoutMs} ms`));
      abort.abort();
    });
    to.inFlight += 1;
    try {
      // An origin in the same process does not watch the signal, hence the race.
      const answer = await Promise.race([this.#exchange(to, call, abort.signal), late.promise]);
      if (answer.status >= 500 && !call.accepts?.includes(answer.status)) {
        throw new Error(`status ${answer.status}`);
      }
      this.#succeeded(to);
      return answer;
    } catch (error) {
      if (!(error instanceof LateError && call.mayBeLate)) this.#failed(to, error);
      const why = error instanceof Error ? error.message : String(error);
      throw new OriginFailure(to, `${call.method} ${call.path} at ${to.origin.url}: ${why}`);
    } finally {
      to.inFlight -= 1;
      this.#parts.timers.cancel(timer);
    }
  }

  async #exchange(to: OriginHealth, call: OriginCall, signal: AbortSignal): Promise<OriginAnswer> {
    const headers = new Headers(call.headers);
    headers.set(EDGE_KEY_HEADER, this.#parts.edgeKey);
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

  /** An origin that drains is gone at its first failure, unless it is the only one. */
  #othersStay(origin: OriginHealth): boolean {
    return this.#origins.some((one) => one !== origin && one.healthy && !one.leaving);
  }

  #succeeded(origin: OriginHealth): void {
    origin.consecutiveFailures = 0;
    origin.cooldownMs = MIN_COOLDOWN_MS;
    if (origin.healthy) return;
    origin.healthy = true;
    this.#healthyCount += 1;
    this.#parts.log.info("Origin {url} is back", { url: origin.origin.url });
  }

  #failed(origin: OriginHealth, error: unknown): void {
    origin.consecutiveFailures += 1;
    const enough = origin.leaving && this.#othersStay(origin) ? 1 : FAILURES_TO_EJECT;
    if (origin.consecutiveFailures < enough) return;
    const nowMs = this.#parts.clock();
    // Calls that were on their way when it went out say nothing new.
    if (!origin.healthy && nowMs < origin.retryAtMs) return;
    origin.retryAtMs = nowMs + origin.cooldownMs;
    origin.cooldownMs = Math.min(MAX_COOLDOWN_MS, origin.cooldownMs * 2);
    if (!origin.healthy) return;
    origin.healthy = false;
    this.#healthyCount -= 1;
    this.#parts.log.warning("Origin {url} is out after {failures} failures: {error}", {
      url: origin.origin.url,
      failures: origin.consecutiveFailures,
      error: String(error),
    });
  }
}

/** Whether a call should rather go to `one`: it stays while the other leaves, or has less to do. */
function isBetter(one: OriginHealth, best: OriginHealth): boolean {
  if (one.leaving !== best.leaving) return best.leaving;
  return one.inFlight < best.inFlight;
}
