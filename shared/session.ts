import { Buffer } from "node:buffer";
import { type Claims, claimsOfText } from "./claims.ts";
import { KeyedSignature } from "./keyed_signature.ts";

/** Who is asking. `expiresAt` in ms; `level` is what the shop gave its customer, 0 without. */
export interface Session {
  userId: string;
  level: number;
  expiresAt: number;
  /** What the shop's token said besides, as far as it was configured to be kept. */
  claims?: Claims;
}

/**
 * Longest token that is looked at: 64 characters of user id, two numbers, 8 claims of at most 262
 * bytes, encoded, and the signature. Below what browsers keep as one cookie (4,096 bytes).
 */
export const MAX_SESSION_TOKEN_LENGTH = 3_072;

/** Keeps these signatures apart from whatever else is ever signed with the same key. */
const PURPOSE = "dropgate-session-1:";

const TOKEN_PATTERN = /^([A-Za-z0-9_-]{8,3028})\.([A-Za-z0-9_-]{43})$/;
const PAYLOAD_PATTERN = /^(-?\d{1,16})~(\d{1,16})~([A-Za-z0-9_.@-]{1,64})(?:~(\{.*\}))?$/;

/**
 * Most claim texts that are kept read. Customers share theirs: three memberships and ten regions
 * make thirty texts, so hardly any is read twice.
 */
const MAX_KEPT_CLAIMS = 1_000;

/**
 * Signs and reads session tokens: `base64url(level~expiresAt~userId).base64url(HMAC-SHA256)`, with
 * `~` and the claims as JSON behind the user id where there are any.
 * Synchronous on purpose: the buy path verifies without waiting.
 */
export class SessionSigner {
  readonly #signature: KeyedSignature;
  /** At most `MAX_KEPT_CLAIMS`, by their text. */
  readonly #claims = new Map<string, Claims>();

  constructor(key: string) {
    this.#signature = new KeyedSignature(key, PURPOSE, MAX_SESSION_TOKEN_LENGTH);
  }

  /**
   * The token of a session. The user id must match `USER_ID_PATTERN`, the claims be as `Claims` says.
   *
   * @throws {RangeError} when they are not and the token becomes too long to be read again.
   */
  sign({ level, expiresAt, userId, claims }: Session): string {
    const plain = `${level}~${expiresAt}~${userId}`;
    const text = claims === undefined ? plain : `${plain}~${JSON.stringify(claims)}`;
    const payload = Buffer.from(text, "utf8").toString("base64url");
    if (payload.length > MAX_SESSION_TOKEN_LENGTH - 44) {
      throw new RangeError(
        `Cannot sign a session as its token has at most ${MAX_SESSION_TOKEN_LENGTH} characters: ` +
          `current value is ${payload.length + 44}`,
      );
    }
    // Over the encoded text, so that no second spelling of a payload is valid.
    return `${payload}.${this.#signature.of(payload)}`;
  }

  /** The session of a token that this key signed, or null. Whether it has expired is not judged. */
  read(token: string): Session | null {
    if (token.length > MAX_SESSION_TOKEN_LENGTH) return null;
    const parts = TOKEN_PATTERN.exec(token);
    if (!parts) return null;
    if (!this.#signature.isOf(parts[2]!, parts[1]!)) return null;
    const fields = PAYLOAD_PATTERN.exec(Buffer.from(parts[1]!, "base64url").toString("latin1"));
    if (!fields) return null;
    const session = {
      level: Number(fields[1]),
      expiresAt: Number(fields[2]),
      userId: fields[3]!,
    };
    if (fields[4] === undefined) return session;
    const claims = this.#readClaims(fields[4]);
    return claims === null ? null : { ...session, claims };
  }

  /** `bytes` is UTF-8, a character a byte. */
  #readClaims(bytes: string): Claims | null {
    const kept = this.#claims.get(bytes);
    if (kept !== undefined) return kept;
    const claims = claimsOfText(Buffer.from(bytes, "latin1").toString("utf8"));
    if (claims === null) return null;
    if (this.#claims.size >= MAX_KEPT_CLAIMS) this.#claims.clear();
    this.#claims.set(bytes, claims);
    return claims;
  }
}
