import { Buffer } from "node:buffer";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equalInConstantTime } from "./secret.ts";
import { USER_ID_PATTERN } from "./ticket.ts";

/** Who is asking. `expiresAt` in ms; `level` is what the shop gave its customer, 0 without. */
export interface Session {
  userId: string;
  level: number;
  expiresAt: number;
}

/** Longest token that is looked at: 64 characters of user id, two numbers, and the signature. */
export const MAX_SESSION_TOKEN_LENGTH = 256;

/** Keeps these signatures apart from whatever else is ever signed with the same key. */
const PURPOSE = "dropgate-session-1:";

/** What is used of a keyed hash; the library's own types do not survive a copy. */
interface HmacState {
  update(bytes: Uint8Array): HmacState;
  digestInto(digest: Uint8Array): void;
  clone(): HmacState;
  _cloneInto(to: HmacState): HmacState;
}

const TOKEN_PATTERN = /^([A-Za-z0-9_-]{8,200})\.([A-Za-z0-9_-]{43})$/;
const PAYLOAD_PATTERN = /^(-?\d{1,16})~(\d{1,16})~(.+)$/;

/**
 * Signs and reads session tokens: `base64url(level~expiresAt~userId).base64url(HMAC-SHA256)`.
 * Synchronous on purpose, and on a keyed state that is prepared once: 1 µs a signature, where
 * `node:crypto` takes 4 to 8 µs and WebCrypto with its promises ten times that. In a rush of more
 * buyers than any cache holds, this is paid for every buy.
 */
export class SessionSigner {
  /** HMAC after the key and the purpose were fed in; every signature starts from a copy of it. */
  readonly #keyed: HmacState;
  readonly #work: HmacState;
  readonly #payload = new Uint8Array(MAX_SESSION_TOKEN_LENGTH);
  readonly #digest = new Uint8Array(32);

  constructor(key: string) {
    const encoder = new TextEncoder();
    const keyed = hmac.create(sha256, encoder.encode(key)) as unknown as HmacState;
    this.#keyed = keyed.update(encoder.encode(PURPOSE));
    this.#work = this.#keyed.clone();
  }

  /** The token of a session. The user id must match `USER_ID_PATTERN`. */
  sign(session: Session): string {
    const text = `${session.level}~${session.expiresAt}~${session.userId}`;
    const payload = Buffer.from(text, "latin1").toString("base64url");
    return `${payload}.${this.#signature(payload)}`;
  }

  /** The session of a token that this key signed, or null. Whether it has expired is not judged. */
  read(token: string): Session | null {
    if (token.length > MAX_SESSION_TOKEN_LENGTH) return null;
    const parts = TOKEN_PATTERN.exec(token);
    if (!parts) return null;
    if (!equalInConstantTime(parts[2]!, this.#signature(parts[1]!))) return null;
    const fields = PAYLOAD_PATTERN.exec(Buffer.from(parts[1]!, "base64url").toString("latin1"));
    if (!fields || !USER_ID_PATTERN.test(fields[3]!)) return null;
    return { level: Number(fields[1]), expiresAt: Number(fields[2]), userId: fields[3]! };
  }

  /** Over the encoded text, which is ASCII, so that no second spelling of a payload is valid. */
  #signature(payload: string): string {
    const { length } = payload;
    for (let at = 0; at < length; at += 1) this.#payload[at] = payload.charCodeAt(at);
    this.#keyed._cloneInto(this.#work);
    this.#work.update(this.#payload.subarray(0, length)).digestInto(this.#digest);
    return this.#digest.toBase64({ alphabet: "base64url", omitPadding: true });
  }
}
