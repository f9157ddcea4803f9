import { contains, type IpRange, parseCidr, parseIp, rangeAround } from "../../shared/ip.ts";

/** Wrong tries of one address in a row, and how fast they come back. */
const BURST = 30;
const STEP_MS = 2_000;

/** Addresses that are remembered; the one that tried longest ago goes first. */
const MAX_ADDRESSES = 10_000;

/** What a network gives one customer. */
const IPV6_PLACE = 64;

/** This machine, private networks and link-local ones: a proxy, and many people behind it. */
const SHARED = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
].map(parseCidr).filter((range): range is IpRange => range !== null);

/**
 * Slows sign-in tries of one address down, whatever names they are for: 30 at once, then one every
 * two seconds. An address that many may share is left alone, or one of them could shut the others
 * out; the lock of a name is what stops guessing. Each address is one number: when its bucket will
 * be full again.
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
    if (place === null) return 0;
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
    const fullAt = place === null ? undefined : this.#fullAt.get(place);
    if (place !== null && fullAt !== undefined) this.#fullAt.set(place, fullAt - STEP_MS);
  }
}

/**
 * What counts as one address: of IPv6 the network of a customer. Null for one that many may share,
 * and for what is no address: then nobody can be told apart by it.
 */
export function placeOf(peer: string): string | null {
  const ip = parseIp(peer);
  if (ip === null || SHARED.some((range) => contains(range, ip))) return null;
  return ip.family === 6 ? rangeAround(ip, IPV6_PLACE).text : ip.text;
}
