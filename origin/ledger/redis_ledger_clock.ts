import type { Clock } from "../../shared/clock.ts";

/**
 * Knows how far Redis' clock is from ours, so that a deadline can be given in Redis' time. Every
 * answer with a `TIME` in it bounds the distance: the server read its clock between our sending and
 * our receiving. The estimate is moved only as far as the newest bounds demand, which keeps the
 * tightest of them and follows a clock that was set or a server that was replaced.
 */
export class RedisClock {
  #offsetMs: number | null = null;

  constructor(readonly now: Clock) {}

  /** False until the first answer: no deadline can be given yet. */
  get known(): boolean {
    return this.#offsetMs !== null;
  }

  /** Learns from an answer that was asked for at `sentAt` (ours) and says `serverNow`. */
  learn(sentAt: number, serverNow: number): void {
    const least = serverNow - this.now();
    const most = serverNow - sentAt;
    this.#offsetMs = this.#offsetMs === null
      ? least
      : Math.min(Math.max(this.#offsetMs, least), most);
  }

  /** The moment `inMs` from now, in Redis' time. @throws {TypeError} before the first answer. */
  deadline(inMs: number): number {
    if (this.#offsetMs === null) {
      throw new TypeError("Cannot give a deadline as Redis' clock must be known: it is not");
    }
    return Math.floor(this.now() + this.#offsetMs + inMs);
  }
}
