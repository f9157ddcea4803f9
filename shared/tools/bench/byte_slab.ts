/** Bytes of one chunk. Big enough that a run has few, small enough to waste little. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Most bytes in one slab: about 3,000,000 requests of 350 bytes. */
export const MAX_SLAB_BYTES = 1024 * 1024 * 1024;

/**
 * Many short byte strings, kept end to end in a few large chunks: 400,000 requests cost what their
 * bytes cost, and the garbage collector sees a handful of objects.
 */
export class ByteSlab {
  readonly #chunks: Uint8Array[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #encoder = new TextEncoder();
  #used = CHUNK_BYTES;

  /** How many strings it holds; they are numbered from 0. */
  get length(): number {
    return this.#starts.length;
  }

  /** Keeps a copy of `source[from…to)` and returns its number. @throws {RangeError} when full. */
  append(source: Uint8Array, from: number, to: number): number {
    const chunk = this.#chunkFor(to - from);
    for (let at = from, put = this.#used; at < to; at++, put++) chunk[put] = source[at]!;
    return this.#keep(to - from);
  }

  /** Keeps the UTF-8 bytes of a text and returns its number. @throws {RangeError} when full. */
  appendText(text: string): number {
    const chunk = this.#chunkFor(text.length * 3);
    const { written } = this.#encoder.encodeInto(text, chunk.subarray(this.#used));
    return this.#keep(written);
  }

  /** A view of one string; the bytes are the slab's own. */
  get(number: number): Uint8Array {
    const start = this.#starts[number];
    if (start === undefined) {
      throw new RangeError(`Cannot read a slab's string as there is none: number is ${number}`);
    }
    const chunk = this.#chunks[Math.floor(start / CHUNK_BYTES)]!;
    return chunk.subarray(start % CHUNK_BYTES, this.#ends[number]!);
  }

  #chunkFor(atMost: number): Uint8Array {
    if (this.#used + atMost > CHUNK_BYTES) {
      if (atMost > CHUNK_BYTES || (this.#chunks.length + 1) * CHUNK_BYTES > MAX_SLAB_BYTES) {
        throw new RangeError(
          `Cannot keep ${atMost} more bytes as a slab holds at most ${MAX_SLAB_BYTES}: ` +
            `current value is ${this.#chunks.length * CHUNK_BYTES}`,
        );
      }
      this.#chunks.push(new Uint8Array(CHUNK_BYTES));
      this.#used = 0;
    }
    return this.#chunks[this.#chunks.length - 1]!;
  }

  #keep(bytes: number): number {
    this.#starts.push((this.#chunks.length - 1) * CHUNK_BYTES + this.#used);
    this.#used += bytes;
    this.#ends.push(this.#used);
    return this.#starts.length - 1;
  }
}
