import { BUYER_LENGTH } from "./bundle_records.ts";

/** Numbers of 32 bits in a reference. */
const WORDS = BUYER_LENGTH / 8;

/** Places that a new set has. */
const FIRST_PLACES = 1024;

/**
 * References of buyers, 12 bytes each in a table that is at most half full: a million of them take
 * 24 to 48 MB, which a set of texts takes several times.
 */
export class BuyerSet {
  #places = FIRST_PLACES;
  #table = new Uint32Array(FIRST_PLACES * WORDS);
  #size = 0;
  /** The one reference that looks like a free place. */
  #hasZero = false;

  /** `seed` keeps a file from being made so that all its references fall on one place. */
  constructor(readonly seed: number) {}

  /** Adds a reference; false when it was there. @param buyer 24 hex digits */
  add(buyer: string): boolean {
    const words = wordsOf(buyer);
    if (words.every((word) => word === 0)) {
      const isNew = !this.#hasZero;
      this.#hasZero = true;
      return isNew;
    }
    const at = this.#placeOf(words);
    if (this.#isTaken(at)) return false;
    this.#table.set(words, at);
    this.#size += 1;
    if (this.#size * 2 > this.#places) this.#grow();
    return true;
  }

  /** Forgets all, and keeps the room. */
  clear(): void {
    if (this.#size > 0) this.#table.fill(0);
    this.#size = 0;
    this.#hasZero = false;
  }

  #isTaken(at: number): boolean {
    return this.#table[at] !== 0 || this.#table[at + 1] !== 0 || this.#table[at + 2] !== 0;
  }

  /** Where the reference is, or the free place for it. Ends, because half of the places are free. */
  #placeOf(words: number[]): number {
    let hash = this.seed;
    for (const word of words) {
      hash = Math.imul(hash ^ word, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    const mask = this.#places - 1;
    for (let place = hash & mask;; place = (place + 1) & mask) {
      const at = place * WORDS;
      if (!this.#isTaken(at)) return at;
      if (words.every((word, index) => this.#table[at + index] === word)) return at;
    }
  }

  #grow(): void {
    const before = this.#table;
    this.#places *= 2;
    this.#table = new Uint32Array(this.#places * WORDS);
    for (let at = 0; at < before.length; at += WORDS) {
      const words = [...before.subarray(at, at + WORDS)];
      if (words.some((word) => word !== 0)) this.#table.set(words, this.#placeOf(words));
    }
  }
}

function wordsOf(buyer: string): number[] {
  const words: number[] = [];
  for (let at = 0; at < BUYER_LENGTH; at += 8) {
    words.push(Number.parseInt(buyer.slice(at, at + 8), 16));
  }
  return words;
}

/** Which of so many parts a reference belongs to, so that each can be looked at by itself. */
export function partOf(buyer: string, parts: number): number {
  return parts === 1 ? 0 : Number.parseInt(buyer.slice(-6), 16) % parts;
}
