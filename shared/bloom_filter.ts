import { Buffer } from "node:buffer";

/** A filter as it travels. */
export interface BloomParts {
  /** Base64. */
  bits: string;
  hashes: number;
}

/** Most ids that a filter is made for: 4 MB of bits at one wrong "maybe" in 1,000. */
export const MAX_BLOOM_IDS = 2_000_000;

/**
 * A set of positive integers that says "no" with certainty and "maybe" with a bounded error (Bloom,
 * 1970). `n` ids at an error of `p` take `m = −n·ln p / (ln 2)²` bits and `k = m/n · ln 2` hashes;
 * the hashes are `h1 + i·h2` (Kirsch and Mitzenmacher, 2006).
 */
export class BloomFilter {
  readonly #bits: Uint8Array;
  readonly #size: number;

  private constructor(bits: Uint8Array, readonly hashes: number) {
    this.#bits = bits;
    this.#size = bits.length * 8;
  }

  /** An empty filter that keeps its error while it holds at most `ids`. @throws {RangeError} */
  static for(ids: number, error: number): BloomFilter {
    if (!(ids >= 1 && ids <= MAX_BLOOM_IDS)) {
      throw new RangeError(
        `Cannot make a Bloom filter as it holds 1 to ${MAX_BLOOM_IDS} ids: current value is ${ids}`,
      );
    }
    const bits = Math.ceil((-ids * Math.log(error)) / Math.LN2 ** 2);
    const hashes = Math.max(1, Math.round((bits / ids) * Math.LN2));
    return new BloomFilter(new Uint8Array(Math.ceil(bits / 8)), hashes);
  }

  /** A filter that came over the wire. @throws {RangeError} when it cannot be one. */
  static from({ bits, hashes }: BloomParts): BloomFilter {
    const bytes = new Uint8Array(Buffer.from(bits, "base64"));
    if (bytes.length === 0 || !(Number.isInteger(hashes) && hashes >= 1 && hashes <= 64)) {
      throw new RangeError(
        `Cannot read a Bloom filter as it has bits and 1 to 64 hashes: current value is ` +
          `${bytes.length} bytes, ${hashes} hashes`,
      );
    }
    return new BloomFilter(bytes, hashes);
  }

  add(id: number): void {
    this.#eachBit(id, (byte, mask) => {
      this.#bits[byte]! |= mask;
      return true;
    });
  }

  /** False only when the id was never added. */
  mayHave(id: number): boolean {
    return this.#eachBit(id, (byte, mask) => (this.#bits[byte]! & mask) !== 0);
  }

  parts(): BloomParts {
    return { bits: Buffer.from(this.#bits).toString("base64"), hashes: this.hashes };
  }

  /** Goes on for as long as `visit` says true; true when it did to the end. */
  #eachBit(id: number, visit: (byte: number, mask: number) => boolean): boolean {
    const low = id % 2 ** 32;
    const high = Math.floor(id / 2 ** 32);
    const first = mixed(low ^ mixed(high ^ 0x2545f491));
    // Odd, so that it never is 0 and the places differ.
    const step = mixed(first ^ 0x9e3779b9 ^ low) | 1;
    for (let at = 0; at < this.hashes; at += 1) {
      const bit = ((first + Math.imul(at, step)) >>> 0) % this.#size;
      if (!visit(bit >>> 3, 1 << (bit & 7))) return false;
    }
    return true;
  }
}

/** The last step of MurmurHash3: every bit of the input changes half of the output. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
