import { type IpAddress, parseCidr } from "../../shared/ip.ts";

/** A network in the way of IPv4 is one word, in the way of IPv6 the text of four. */
type Key = number | string;

/** The networks of one family and prefix. */
interface Prefixed {
  prefix: number;
  /** Which bits of each word count. */
  masks: number[];
  keys: Set<Key>;
}

/**
 * Networks, asked whether an address is in one of them. A question costs one look for every
 * different prefix length of the family, however many networks there are.
 */
export class NetworkSet {
  readonly #byFamily: Record<4 | 6, Prefixed[]> = { 4: [], 6: [] };
  #size = 0;

  /** @throws {TypeError} for a text that is no network. */
  constructor(cidrs: Iterable<string> = []) {
    for (const cidr of cidrs) this.add(cidr);
  }

  /** @throws {TypeError} for a text that is no network. */
  add(cidr: string): void {
    const range = parseCidr(cidr);
    if (range === null) {
      throw new TypeError(
        `Cannot use a network as it must be an address with a prefix: current value is ${cidr}`,
      );
    }
    const { family, words, prefix } = range;
    let prefixed = this.#byFamily[family].find((one) => one.prefix === prefix);
    if (!prefixed) {
      const masks = words.map((_, at) => maskOf(prefix - at * 32));
      prefixed = { prefix, masks, keys: new Set() };
      this.#byFamily[family].push(prefixed);
    }
    const { keys, masks } = prefixed;
    this.#size -= keys.size;
    keys.add(keyOf(words, masks));
    this.#size += keys.size;
  }

  /** How many different networks there are. */
  get size(): number {
    return this.#size;
  }

  has({ family, words }: IpAddress): boolean {
    for (const { masks, keys } of this.#byFamily[family]) {
      if (keys.has(keyOf(words, masks))) return true;
    }
    return false;
  }
}

function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}

function keyOf(words: readonly number[], masks: readonly number[]): Key {
  if (words.length === 1) return words[0]! & masks[0]!;
  return `${words[0]! & masks[0]!},${words[1]! & masks[1]!},${words[2]! & masks[2]!},${
    words[3]! & masks[3]!
  }`;
}
