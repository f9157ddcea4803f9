/** Chance for drawing: fast, and the same for the same seed. Not for secrets. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Four 32-bit numbers; missing ones count as 0. */
  constructor(seed: ArrayLike<number>) {
    this.#a = (seed[0] ?? 0) | 0;
    this.#b = (seed[1] ?? 0) | 0;
    this.#c = (seed[2] ?? 0) | 0;
    this.#counter = (seed[3] ?? 0) | 1;
    // The first numbers still show the seed.
    for (let i = 0; i < 12; i += 1) this.next();
  }

  /** A whole number, 0 ≤ n < 2³² (sfc32, Chris Doty-Humphrey's small fast counting generator). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }

  /** low ≤ x < high */
  between(low: number, high: number): number {
    return low + (high - low) * (this.next() / 4_294_967_296);
  }

  /** A whole number, low ≤ n ≤ high. */
  whole(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * (this.next() / 4_294_967_296));
  }

  /** True in `share` of all cases. */
  chance(share: number): boolean {
    return this.next() < share * 4_294_967_296;
  }

  /** −1 or 1. */
  sign(): number {
    return (this.next() & 0x8000) === 0 ? -1 : 1;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!;
  }

  /** A list in a new order. */
  shuffled<T>(list: readonly T[]): T[] {
    const order = [...list];
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = this.whole(0, at);
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order;
  }
}
