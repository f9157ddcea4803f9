import { parseIp, rangeAround } from "../../shared/ip.ts";

/** Wrong tries of one address in a row, and how fast they come back. */
const BURST = 30;
const STEP_MS = 2_000;

/** Addresses that are remembered; the one that tried longest ago goes first. */
const MAX_ADDRESSES = 10_000;

/** What a network gives one customer. */
const IPV6_PLACE = 64;

/**
 * Slows sign-in tries of one address down, whatever names they are for: 30 at once, then one every
 * two seconds. Generous, because operators behind one proxy share its address; the lock of a name is
 * what stops guessing. Each address is one number: when its bucket will be full again.
 */
export class AddressTries {
  readonly #fullAt = new Map<string, number>();

  /** How many addresses are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Takes a try; how long to wait for the next one when there is none, ms, else 0. */
  take(peer: string, nowMs: number): number {
    const place = placeOf(peer);
    const fullAt = Math.max(this.#fullAt.get(place) ?? 0, nowMs) + STEP_MS;
    const waitMs = fullAt - nowMs - BURST * STEP_MS;
    if (waitMs > 0) return waitMs;
    this.#fullAt.delete(place);
    this.#fullAt.set(place, fullAt);
    if (this.#fullAt.size > MAX_ADDRESSES) {
      const [oldest] = this.#fullAt.keys();
      this.#fullAt.delete(oldest!);
    }
    return 0;
  }

  /** Gives a try back, as after a right password. */
  giveBack(peer: string): void {
    const place = placeOf(peer);
    const fullAt = this.#fullAt.get(place);
    if (fullAt !== undefined) this.#fullAt.set(place, fullAt - STEP_MS);
  }
}

/** What counts as one address: of IPv6 the network of a customer. */
function placeOf(peer: string): string {
  const ip = parseIp(peer);
  if (ip === null) return "unknown";
  return ip.family === 6 ? rangeAround(ip, IPV6_PLACE).text : ip.text;
}
