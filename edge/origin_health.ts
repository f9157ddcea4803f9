import type { Log } from "../shared/log.ts";
import type { Clock } from "../shared/clock.ts";

/** One origin. `call` is `fetch`, or the origin's own handler when both run in one process. */
export interface Origin {
  /** Base URL without a trailing slash. */
  url: string;
  call(request: Request): Promise<Response>;
}

/** What one origin has been through since the start. */
export interface OriginCounts {
  calls: number;
  failures: number;
  /** How often it was taken out. */
  ejections: number;
  /** Second tries that went to it. */
  retries: number;
}

/** How an origin is doing. */
export interface OriginHealth {
  readonly origin: Origin;
  healthy: boolean;
  /** What it last said of itself, or false when it was late to say so; true before it was asked. */
  ready: boolean;
  /** True once it said that it drains, until it, or whoever follows it there, answers otherwise. */
  leaving: boolean;
  inFlight: number;
  consecutiveFailures: number;
  /** Questions about its readiness that it did not answer, in a row. */
  unansweredChecks: number;
  /** When an unhealthy origin may be tried again, ms. */
  retryAtMs: number;
  cooldownMs: number;
  readonly counts: OriginCounts;
}

/** Failures in a row that take an origin out. */
const FAILURES_TO_EJECT = 3;
/** An origin that is out is tried after this long, twice as long each time, up to the maximum. */
const MIN_COOLDOWN_MS = 500;
const MAX_COOLDOWN_MS = 5_000;

/** Keeps the books of who is fit to be called. */
export class OriginBooks {
  readonly all: readonly OriginHealth[];
  readonly #clock: Clock;
  readonly #log: Log;
  #healthyCount: number;

  constructor(origins: readonly Origin[], { clock, log }: { clock: Clock; log: Log }) {
    this.#clock = clock;
    this.#log = log;
    this.all = origins.map((origin) => ({
      origin,
      healthy: true,
      ready: true,
      leaving: false,
      inFlight: 0,
      consecutiveFailures: 0,
      unansweredChecks: 0,
      retryAtMs: 0,
      cooldownMs: MIN_COOLDOWN_MS,
      counts: { calls: 0, failures: 0, ejections: 0, retries: 0 },
    }));
    this.#healthyCount = this.all.length;
  }

  /** How many are not out. */
  get healthyCount(): number {
    return this.#healthyCount;
  }

  /** Notes that an origin did what it is there for. */
  succeeded(one: OriginHealth): void {
    one.consecutiveFailures = 0;
    one.cooldownMs = MIN_COOLDOWN_MS;
    this.#takeBack(one);
  }

  /**
   * Notes that an origin answered the question for the snapshot. That brings back one that is out,
   * but says nothing of buys: neither their failures nor the pause are forgotten for it.
   */
  answered(one: OriginHealth): void {
    if (!one.healthy) one.consecutiveFailures = 0;
    this.#takeBack(one);
  }

  /** Notes that an origin failed; enough of it in a row take it out. */
  failed(one: OriginHealth, error: unknown): void {
    one.counts.failures += 1;
    one.consecutiveFailures += 1;
    this.#eject(one, one.consecutiveFailures, error);
  }

  /** Notes what an origin said of its readiness. */
  toldReadiness(one: OriginHealth, ready: boolean): void {
    one.unansweredChecks = 0;
    if (one.ready === ready) return;
    one.ready = ready;
    this.#log.info(`Origin {url} is ${ready ? "ready again" : "not ready: others go first"}`, {
      url: one.origin.url,
    });
  }

  /** Notes that an origin did not say whether it is ready: others go first until it does. */
  keptSilent(one: OriginHealth, error: unknown): void {
    one.ready = false;
    one.unansweredChecks += 1;
    this.#eject(one, one.unansweredChecks, error);
  }

  #takeBack(one: OriginHealth): void {
    if (one.healthy) return;
    one.healthy = true;
    one.ready = true;
    one.unansweredChecks = 0;
    this.#healthyCount += 1;
    this.#log.info("Origin {url} is back", { url: one.origin.url });
  }

  /** An origin that drains is gone at its first failure, unless it is the only one. */
  #othersStay(origin: OriginHealth): boolean {
    return this.all.some((one) => one !== origin && one.healthy && !one.leaving);
  }

  #eject(one: OriginHealth, failures: number, error: unknown): void {
    const enough = one.leaving && this.#othersStay(one) ? 1 : FAILURES_TO_EJECT;
    if (failures < enough) return;
    const nowMs = this.#clock();
    // Calls that were on their way when it went out say nothing new.
    if (!one.healthy && nowMs < one.retryAtMs) return;
    one.retryAtMs = nowMs + one.cooldownMs;
    one.cooldownMs = Math.min(MAX_COOLDOWN_MS, one.cooldownMs * 2);
    if (!one.healthy) return;
    one.healthy = false;
    one.counts.ejections += 1;
    this.#healthyCount -= 1;
    this.#log.warning("Origin {url} is out after {failures} failures: {error}", {
      url: one.origin.url,
      failures,
      error: String(error),
    });
  }
}

/** Whether a call should rather go to `one`: first whom to call at all, then who has less to do. */
export function isBetter(one: OriginHealth, best: OriginHealth): boolean {
  const [rank, bestRank] = [rankOf(one), rankOf(best)];
  return rank === bestRank ? one.inFlight < best.inFlight : rank < bestRank;
}

/**
 * 0 is well, 1 drains and still works, 2 says that it is not ready. The last may still decide buys,
 * say while only the database is away, so it is called when there is nobody else.
 */
export function rankOf(one: OriginHealth): 0 | 1 | 2 {
  if (one.leaving) return 1;
  return one.ready ? 0 : 2;
}
