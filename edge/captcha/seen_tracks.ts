import { MAX_SEEN_TRACKS } from "./captcha_rules.ts";
import { FINGERPRINT_BYTES, isSameDrag } from "./fingerprint.ts";

/** Drags that were seen before, by their fingerprints. */
export interface SeenTracks {
  /** Notes a fingerprint; true when it is that of a drag that was noted before. */
  note(fingerprint: Int8Array): Promise<boolean>;
}

/** The last drags in this edge's memory, in a ring. */
export class MemorySeenTracks implements SeenTracks {
  readonly #prints: Int8Array;
  readonly #most: number;
  #count = 0;
  #next = 0;

  constructor(most = MAX_SEEN_TRACKS) {
    this.#most = most;
    this.#prints = new Int8Array(most * FINGERPRINT_BYTES);
  }

  note(fingerprint: Int8Array): Promise<boolean> {
    const known = this.knows(fingerprint);
    this.add(fingerprint);
    return Promise.resolve(known);
  }

  /** Whether a drag like it is remembered. */
  knows(fingerprint: Int8Array): boolean {
    for (let at = 0; at < this.#count; at += 1) {
      if (isSameDrag(fingerprint, 0, this.#prints, at * FINGERPRINT_BYTES)) return true;
    }
    return false;
  }

  /** Remembers a drag; the oldest is forgotten when there is no room. */
  add(fingerprint: Int8Array): void {
    this.#prints.set(fingerprint, this.#next * FINGERPRINT_BYTES);
    this.#next = (this.#next + 1) % this.#most;
    this.#count = Math.min(this.#most, this.#count + 1);
  }
}
