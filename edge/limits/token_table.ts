import { type LimitVerdict, OVER_HALF, WITHIN } from "../gate/gate_parts.ts";
import { KeyedHash } from "./keyed_hash.ts";

/** Entries that share the places of one set: 64 bytes of hashes and 64 of times. */
const WAYS = 8;

/** What an entry takes: 8 bytes of hash and 8 of time. */
const ENTRY_BYTES = 16;

/**
 * Times count from this long before the start, so that a clock set back stays above 0. Set back by
 * more, everything starts anew.
 */
const EARLIER_MS = 86_400_000;

/**
 * By how much times may be off: they are sums of fractions, each rounded by up to 2e-6 ms after a
 * year. Without it the last token of a limit such as 7 a minute would be refused now and then.
 */
const SLACK_MS = 0.001;

/**
 * Token buckets of a fixed memory. A bucket is one number, its theoretical arrival time: the moment
 * at which it will be full again. With T ms per token and a capacity of B tokens, a try at time t is
 * let through when max(TAT, t) + T − t ≤ B·T, and that sum becomes the new TAT (the generic cell
 * rate algorithm, ITU-T I.371, in its virtual scheduling form). It is reckoned with how far the TAT
 * is ahead of t, as a short time beside a date loses the parts of a millisecond that T may be. A try
 * that is refused changes nothing. A bucket that is full again says nothing, so its place is free.
 *
 * Buckets stand in sets of eight by a keyed hash. In a full set the bucket that is nearest to full
 * goes first, the newcomer's included: a flood of fresh keys pushes out its own entries, and never
 * one that is drained. Two keys share a bucket only when all 64 bits of their hashes are equal.
 */
export class TokenTable {
  readonly #hash: KeyedHash;
  readonly #sets: number;
  /** Two words of hash per entry. */
  readonly #hashes: Uint32Array;
  /** TATs, ms since `#baseMs`. */
  readonly #times: Float64Array;
  #baseMs: number;

  /** Makes room for `entries` buckets, rounded up to sets of eight. `key` is random and secret. */
  constructor(options: { entries: number; key: { k0: number; k1: number }; nowMs: number }) {
    this.#hash = new KeyedHash(options.key);
    this.#sets = Math.max(1, Math.ceil(options.entries / WAYS));
    this.#hashes = new Uint32Array(this.#sets * WAYS * 2);
    this.#times = new Float64Array(this.#sets * WAYS);
    this.#baseMs = options.nowMs - EARLIER_MS;
  }

  /** Memory of the table. It never changes. */
  get byteLength(): number {
    return this.#hashes.byteLength + this.#times.byteLength;
  }

  /** Buckets that the table can hold. */
  get capacity(): number {
    return this.byteLength / ENTRY_BYTES;
  }

  /**
   * Takes a token out of the bucket of a sale and a key. `capacity` ≥ 1 tokens, `tokenMs` until the
   * next one; both as they are now, also for a bucket that is older than a change of them.
   */
  take(
    saleId: number,
    key: string,
    capacity: number,
    tokenMs: number,
    nowMs: number,
  ): LimitVerdict {
    const now = this.#sinceBase(nowMs);
    const windowMs = capacity * tokenMs;
    const times = this.#times;
    const place = this.#find(saleId, key);
    const known = place >= 0;
    // No bucket is emptier than empty: after a change of limits, or of the clock.
    const aheadMs = known ? Math.min(Math.max(times[place]! - now, 0), windowMs) : 0;
    const nextMs = aheadMs + tokenMs;
    const excessMs = nextMs - windowMs;
    if (excessMs > SLACK_MS) {
      times[place] = now + aheadMs;
      return Math.ceil(excessMs);
    }
    if (known) times[place] = now + nextMs;
    else if (!this.#insert(now + nextMs)) return OVER_HALF;
    const half = Math.max(1, capacity / 2);
    return nextMs - half * tokenMs > SLACK_MS ? OVER_HALF : WITHIN;
  }

  /** Puts back a token that was taken and shall not count. */
  giveBack(saleId: number, key: string, tokenMs: number): void {
    const place = this.#find(saleId, key);
    if (place >= 0) this.#times[place]! -= tokenMs;
  }

  /**
   * Notes what others know of a bucket: that it needs `fillMs` from now until it is full. `exact`
   * puts that in the place of what was counted here, else the emptier of both counts.
   */
  learn(saleId: number, key: string, fillMs: number, nowMs: number, exact: boolean): void {
    const full = this.#sinceBase(nowMs) + fillMs;
    const place = this.#find(saleId, key);
    if (place < 0) this.#insert(full);
    else if (exact || full > this.#times[place]!) this.#times[place] = full;
  }

  #sinceBase(nowMs: number): number {
    if (nowMs < this.#baseMs) {
      this.#baseMs = nowMs - EARLIER_MS;
      this.#times.fill(0);
      this.#hashes.fill(0);
    }
    return nowMs - this.#baseMs;
  }

  /** The place of a bucket, or −1. Leaves its hash in `#hash` for `#insert`. */
  #find(saleId: number, key: string): number {
    const hash = this.#hash;
    hash.of(saleId | 0, Math.floor(saleId / 4_294_967_296), key);
    const { low, high } = hash;
    const first = this.#firstOfSet(high);
    for (let place = first; place < first + WAYS; place += 1) {
      if (this.#hashes[place * 2] === low && this.#hashes[place * 2 + 1] === high) return place;
    }
    return -1;
  }

  /** Keeps the bucket that `#find` missed, unless all others of its set are emptier. */
  #insert(full: number): boolean {
    const { low, high } = this.#hash;
    const first = this.#firstOfSet(high);
    let place = first;
    for (let other = first + 1; other < first + WAYS; other += 1) {
      if (this.#times[other]! < this.#times[place]!) place = other;
    }
    if (this.#times[place]! > full) return false;
    this.#hashes[place * 2] = low;
    this.#hashes[place * 2 + 1] = high;
    this.#times[place] = full;
    return true;
  }

  /** Scales 32 bits to the number of sets, which need not be a power of two. */
  #firstOfSet(word: number): number {
    return Math.floor(word * this.#sets / 4_294_967_296) * WAYS;
  }
}
