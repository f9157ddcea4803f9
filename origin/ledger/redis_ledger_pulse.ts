import type { RedisClient } from "./redis_client.ts";
import type { RedisClock } from "./redis_ledger_clock.ts";

/** Pause between two looks at the connection. */
const BEAT_MS = 75;

/**
 * Beats without an answer after which Redis counts as away: 225 ms, so that buyers hear of it
 * within 300. A process that was busy itself beats late but once, and reads its replies between two
 * beats: being slow does not look like a dead server.
 */
const MISSED_BEATS = 3;

/** Beats after which an unanswered probe is forgotten; ioredis may keep a promise for ever. */
const FORGET_AFTER_BEATS = 40;

/** Watches whether Redis answers, with a `TIME` now and then that also teaches the clock. */
export class RedisPulse {
  readonly #timer: ReturnType<typeof setInterval>;
  #silent = false;
  #beatsWaited = 0;
  #probe: symbol | null = null;

  constructor(readonly client: RedisClient, readonly clock: RedisClock) {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  /** False at once without a connection, and from a missed answer until the next answer. */
  isUp(): boolean {
    return !this.#silent && this.client.status === "ready";
  }

  /** Tells that a command was answered. */
  answered(): void {
    this.#silent = false;
  }

  /** Tells that a command was not answered in time. */
  missed(): void {
    this.#silent = true;
  }

  /** Stops watching. */
  stop(): void {
    clearInterval(this.#timer);
    this.#probe = null;
  }

  #beat(): void {
    if (this.client.status !== "ready") {
      this.#probe = null;
      return;
    }
    if (this.#probe === null) {
      this.#send();
      return;
    }
    this.#beatsWaited += 1;
    if (this.#beatsWaited >= MISSED_BEATS) this.missed();
    if (this.#beatsWaited >= FORGET_AFTER_BEATS) this.#probe = null;
  }

  #send(): void {
    const probe = this.#probe = Symbol();
    this.#beatsWaited = 0;
    const sentAt = this.clock.now();
    this.client.time().then((reply) => {
      this.answered();
      this.clock.learn(sentAt, timeMs(reply));
    }, () => {
      if (this.#probe === probe) this.missed();
    }).finally(() => {
      if (this.#probe === probe) this.#probe = null;
    });
  }
}

/** The answer to `TIME`, seconds and microseconds, in ms. */
export function timeMs(reply: unknown): number {
  const [seconds, micros] = reply as [string | number, string | number];
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
