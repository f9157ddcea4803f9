import { MAX_LINE_BYTES } from "./bundle_layout.ts";
import { NotCanonicalError } from "./canonical_line.ts";

const LINE_FEED = 0x0a;

/** Hands out the lines of a file one by one, each with its line feed, in memory of one chunk. */
export class LineCursor {
  /** The number of the line that was handed out last, from 1. */
  number = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * The next line; null at the end of the file.
   * @throws {NotCanonicalError} for a line that is too long, or not ended by a line feed
   */
  async next(): Promise<Uint8Array | null> {
    this.number += 1;
    let end = this.#buffer.indexOf(LINE_FEED, this.#at);
    while (end < 0) {
      const rest = this.#buffer.subarray(this.#at);
      if (rest.length > MAX_LINE_BYTES) throw new NotCanonicalError("it is too long");
      const { value, done } = await this.#chunks.next();
      if (done) {
        if (rest.length > 0) throw new NotCanonicalError("it is broken off");
        return null;
      }
      const joined = new Uint8Array(rest.length + value.length);
      joined.set(rest);
      joined.set(value, rest.length);
      this.#buffer = joined;
      this.#at = 0;
      end = joined.indexOf(LINE_FEED, rest.length);
    }
    const line = this.#buffer.subarray(this.#at, end + 1);
    this.#at = end + 1;
    if (line.length > MAX_LINE_BYTES) throw new NotCanonicalError("it is too long");
    return line;
  }

  /** Frees what is read from. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
