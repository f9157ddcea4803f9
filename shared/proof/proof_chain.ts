import { sha256 } from "@noble/hashes/sha2.js";

/** Bytes of a link of the chain. */
const LINK_BYTES = 32;

/**
 * The chain over the lines of a bundle: h₀ is 32 zero bytes, hₙ = SHA-256(hₙ₋₁ ‖ line n with its line
 * feed). The last link is the head. Whatever is changed, left out, put in or moved changes it.
 */
export class ProofChain {
  #link: Uint8Array = new Uint8Array(LINK_BYTES);

  /** Adds a line, its line feed included. */
  add(line: Uint8Array): void {
    this.#link = sha256.create().update(this.#link).update(line).digest();
  }

  /** The last link in hex. */
  head(): string {
    return this.#link.toHex();
  }
}
