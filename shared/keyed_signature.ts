import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equalInConstantTime } from "./secret.ts";

/** What is used of a keyed hash; the library's own types do not survive a copy. */
interface HmacState {
  update(bytes: Uint8Array): HmacState;
  digestInto(digest: Uint8Array): void;
  clone(): HmacState;
  _cloneInto(to: HmacState): HmacState;
}

/** Characters of a signature: 256 bits as base64url. */
export const SIGNATURE_LENGTH = 43;

/**
 * HMAC-SHA256 over short ASCII texts, as base64url. Synchronous on purpose, and on a keyed state
 * that is prepared once: 1 µs a signature, where `node:crypto` takes 4 to 8 µs and WebCrypto with
 * its promises ten times that. In a rush of more buyers than any cache holds, this is paid for
 * every buy.
 */
export class KeyedSignature {
  /** HMAC after the key and the purpose were fed in; every signature starts from a copy of it. */
  readonly #keyed: HmacState;
  readonly #work: HmacState;
  readonly #text: Uint8Array;
  readonly #digest = new Uint8Array(32);

  /**
   * `purpose` keeps these signatures apart from whatever else is signed with the same key; it ends
   * in a character that no text begins with. Texts have at most `maxLength` characters.
   */
  constructor(key: string, purpose: string, maxLength: number) {
    const encoder = new TextEncoder();
    const keyed = hmac.create(sha256, encoder.encode(key)) as unknown as HmacState;
    this.#keyed = keyed.update(encoder.encode(purpose));
    this.#work = this.#keyed.clone();
    this.#text = new Uint8Array(maxLength);
  }

  /** The signature of an ASCII text. @throws {RangeError} when it is longer than `maxLength`. */
  of(text: string): string {
    const { length } = text;
    if (length > this.#text.length) {
      throw new RangeError(
        `Cannot sign as a text has at most ${this.#text.length} characters: ` +
          `current value is ${length}`,
      );
    }
    for (let at = 0; at < length; at += 1) this.#text[at] = text.charCodeAt(at);
    this.#keyed._cloneInto(this.#work);
    this.#work.update(this.#text.subarray(0, length)).digestInto(this.#digest);
    return this.#digest.toBase64({ alphabet: "base64url", omitPadding: true });
  }

  /** Whether this key signed the text, without stopping at the first difference. */
  isOf(signature: string, text: string): boolean {
    return equalInConstantTime(signature, this.of(text));
  }
}
