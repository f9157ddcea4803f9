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
  /** Buys and reads for buyers that failed, in a row. */
  consecutiveFailures: number;
  /** Questions for the snapshot that failed, in a row. They say nothing of buys, nor buys of them. */
  steadyFailures: number;
  /** Questions about its readiness that it did not answer, in a row, with no buy decided meanwhile. */
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
      steadyFailures: 0,
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

  /** Notes that an origin did what it is there for, whatever it says of its readiness. */
  succeeded(one: OriginHealth): void {
    one.consecutiveFailures = 0;
    one.unansweredChecks = 0;
    one.cooldownMs = MIN_COOLDOWN_MS;
    this.#takeBack(one);
  }

  /**
   * Notes that an origin answered the question for the snapshot. That brings back one that is out,
   * but says nothing of buys: neither their failures nor the pause are forgotten for it.
   */
  answered(one: OriginHealth): void {
    one.steadyFailures = 0;
    this.#takeBack(one);
  }

  /** Notes that an origin failed a call for a buyer; enough of those in a row take it out. */
  failed(one: OriginHealth, error: unknown): void {
    one.counts.failures += 1;
    one.consecutiveFailures += 1;
    this.#eject(one, one.consecutiveFailures, error);
  }

  /** Notes that an origin failed the question for the snapshot; enough in a row take it out too. */
  failedSteadily(one: OriginHealth, error: unknown): void {
    one.counts.failures += 1;
    one.steadyFailures += 1;
    this.#eject(one, one.steadyFailures, error);
  }

  /** Whether the pause of an origin that is out is over. */
  mayBeTried(one: OriginHealth): boolean {
    const restMs = one.retryAtMs - this.#clock();
    // No pause is longer, so a longer one is of before the clock was set back.
    return restMs <= 0 || restMs > MAX_COOLDOWN_MS;
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

  /**
   * Notes that an origin did not say whether it is ready: others go first until it does. That alone
   * never takes the last one out, which may decide buys all the same.
   */
  keptSilent(one: OriginHealth, error: unknown): void {
    one.ready = false;
    one.unansweredChecks += 1;
    if (this.#othersStay(one)) this.#eject(one, one.unansweredChecks, error);
  }

  #takeBack(one: OriginHealth): void {
    if (one.healthy) return;
    one.healthy = true;
    one.ready = true;
    one.consecutiveFailures = 0;
    one.steadyFailures = 0;
    one.unansweredChecks = 0;
    this.#healthyCount += 1;
    this.#log.info("Origin {url} is back", { url: one.origin.url });
  }

  /** Whether another origin is there and stays. One that drains is then gone at its first failure. */
  #othersStay(origin: OriginHealth): boolean {
    return this.all.some((one) => one !== origin && one.healthy && !one.leaving);
  }

  #eject(one: OriginHealth, failures: number, error: unknown): void {
    const enough = one.leaving && this.#othersStay(one) ? 1 : FAILURES_TO_EJECT;
    // One that is out has to succeed first, whichever kind of failure it is out for. Calls that were
    // on their way when it went out say nothing new.
    if (one.healthy ? failures < enough : !this.mayBeTried(one)) return;
    one.retryAtMs = this.#clock() + one.cooldownMs;
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
