/**
 * HalfSipHash-2-4 with an output of 64 bits (Aumasson and Bernstein, "SipHash: a fast short-input
 * PRF", and its 32-bit form). With a random key nobody outside can tell which texts meet in one slot
 * of a table, so nobody can aim at one. Leaves its result in fields, because it runs several times
 * for every buy and must not allocate.
 */
export class KeyedHash {
  /** First and second half of the last result, unsigned 32 bits each. */
  low = 0;
  high = 0;
  readonly #k0: number;
  readonly #k1: number;

  /** The key: two words of 32 random bits. */
  constructor(key: { k0: number; k1: number }) {
    this.#k0 = key.k0 | 0;
    this.#k1 = key.k1 | 0;
  }

  /**
   * Hashes two words of 32 bits and the characters of a text, a byte each: keys here are ASCII. Of
   * any other character the low byte and its neighbour's mix, which makes a clash possible and
   * nothing worse.
   */
  of(a: number, b: number, text: string): void {
    const { length } = text;
    let v0 = this.#k0;
    let v1 = this.#k1 ^ 0xee;
    let v2 = 0x6c796765 ^ this.#k0;
    let v3 = 0x74656462 ^ this.#k1;
    const words = 2 + (length >>> 2);
    // The last word holds the length, the two after it are the rounds of the two halves' ends.
    for (let at = 0; at <= words; at += 1) {
      const word = at === 0 ? a : at === 1 ? b : wordAt(text, (at - 2) << 2, at === words);
      v3 ^= word;
      for (let round = 0; round < 2; round += 1) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    v2 ^= 0xee;
    for (let round = 0; round < 8; round += 1) {
      if (round === 4) {
        this.low = (v1 ^ v3) >>> 0;
        v1 ^= 0xdd;
      }
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.high = (v1 ^ v3) >>> 0;
  }
}

/** Four characters, first one lowest; the last word has what is left and the length of it all. */
function wordAt(text: string, at: number, isLast: boolean): number {
  if (!isLast) {
    return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) |
      (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24);
  }
  let word = (text.length + 8) << 24;
  for (let rest = at; rest < text.length; rest += 1) {
    word |= text.charCodeAt(rest) << ((rest - at) << 3);
  }
  return word;
}
