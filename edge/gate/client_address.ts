import type { Context } from "hono";
import { contains, type IpAddress, type IpRange, parseIp, rangeAround } from "../../shared/ip.ts";
import type { ClientAddress } from "./gate_parts.ts";

/** Most forwarding machines that are walked past, however many a header names. */
const MAX_HOPS = 32;

/** Longest entry of `X-Forwarded-For` that is looked at: an address, brackets, a zone and a port. */
const MAX_ENTRY_LENGTH = 80;

/** What a network gives one customer: a whole /64 of IPv6, of which he may use any address. */
const IPV6_PLACE_PREFIX = 64;

/** Where connections come from when nobody says. */
const NOWHERE = "0.0.0.0";

/** How an edge was reached; Hono carries it beside each request as its environment. */
export interface Arrival {
  /** The address at the other end of the connection. */
  peer: string;
  /** Whose forwarding headers are believed; nobody's when left out. */
  proxies?: TrustedProxies;
}

/** Where a request comes from. */
export function clientAddress(c: Context): ClientAddress {
  const { peer, proxies } = arrivalOf(c);
  return (proxies ?? NO_PROXIES).clientOf(peer, c.req.raw.headers);
}

/** True when a trusted proxy handed the request over, so that its word on the scheme counts. */
export function cameByTrustedProxy(c: Context): boolean {
  const { peer, proxies } = arrivalOf(c);
  return (proxies ?? NO_PROXIES).trusts(peer);
}

function arrivalOf(c: Context): Arrival {
  const { peer, proxies } = (c.env ?? {}) as Partial<Arrival>;
  return proxies === undefined ? { peer: peer ?? NOWHERE } : { peer: peer ?? NOWHERE, proxies };
}

/**
 * Finds the right-most untrusted hop. Each proxy adds the address that it was called from to the
 * right of `X-Forwarded-For`, so the walk begins with the peer and goes left only as long as the
 * present hop is a trusted proxy: whatever a client wrote itself stands left of his own address and
 * is never reached.
 */
export class TrustedProxies {
  readonly #ranges: readonly IpRange[];

  /** At most 64 ranges, each looked at once per hop; none trusts nobody. */
  constructor(ranges: readonly IpRange[]) {
    this.#ranges = ranges;
  }

  /** True when that peer's forwarding headers are believed. */
  trusts(peer: string): boolean {
    if (this.#ranges.length === 0) return false;
    const ip = readHop(peer);
    return ip !== null && this.#includes(ip);
  }

  /**
   * The client of a connection from `peer`. An entry that is no address ends the walk at the proxy
   * that passed it on: whoever cannot be told apart counts as one place, and a word that nobody
   * vouches for never makes a new one.
   */
  clientOf(peer: string, headers: Headers): ClientAddress {
    let hop = readHop(peer);
    // A peer without an address, such as a Unix socket, is a place of its own.
    if (hop === null) return { text: peer, key: peer };
    if (this.#ranges.length > 0 && this.#includes(hop)) {
      hop = this.#walk(hop, headers.get("x-forwarded-for") ?? "");
    }
    return addressOf(hop);
  }

  #walk(proxy: IpAddress, forwarded: string): IpAddress {
    let hop = proxy;
    let end = forwarded.length;
    for (let hops = 0; hops < MAX_HOPS && end > 0; hops += 1) {
      let start = end;
      while (start > 0 && forwarded.charCodeAt(start - 1) !== COMMA) {
        start -= 1;
        if (end - start > MAX_ENTRY_LENGTH) return hop;
      }
      const next = readHop(forwarded.slice(start, end).trim());
      if (next === null) return hop;
      hop = next;
      if (!this.#includes(hop)) return hop;
      end = start - 1;
    }
    return hop;
  }

  #includes(ip: IpAddress): boolean {
    return this.#ranges.some((range) => contains(range, ip));
  }
}

const COMMA = 44;

const NO_PROXIES = new TrustedProxies([]);

function addressOf(ip: IpAddress): ClientAddress {
  const key = ip.family === 4 ? ip.text : rangeAround(ip, IPV6_PLACE_PREFIX).text;
  return { text: ip.text, key };
}

/**
 * An address as connections and proxies write it: with a port (`192.0.2.1:80`, `[2001:db8::1]:80`),
 * in brackets, or with a zone (`fe80::1%eth0`), all of which say nothing about whose it is.
 */
function readHop(text: string): IpAddress | null {
  return parseIp(text) ?? (HOP_FORMS.test(text) ? parseIp(bareHop(text)) : null);
}

/** Brackets, a zone, or a port behind IPv4. */
const HOP_FORMS = /^(?:\[[^\]]+\](?::\d{1,5})?|[^[\]%]+%[^%]+|[\d.]+:\d{1,5})$/;

function bareHop(text: string): string {
  const inner = text.startsWith("[") ? text.slice(1, text.indexOf("]")) : text;
  const zone = inner.indexOf("%");
  if (zone >= 0) return inner.slice(0, zone);
  return text.startsWith("[") ? inner : inner.slice(0, inner.indexOf(":"));
}
