import { createHash, timingSafeEqual } from "node:crypto";

/** Says whether a caller's text is the secret. */
export type SecretCheck = (given: string | undefined) => boolean;

/** Bytes of a secret that Dropgate makes itself: 256 bits, what HS256 asks for. */
const SECRET_BYTES = 32;

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text, "utf8").digest();
}

/**
 * A check that takes the same time whatever is given. Digests are compared instead of the texts, so
 * that neither a common beginning nor the length of the secret shows.
 *
 * @example
 * ```ts
 * const isKey = secretCheck("correct horse battery staple");
 * isKey("correct horse"); // false
 * ```
 */
export function secretCheck(secret: string): SecretCheck {
  const expected = digest(secret);
  return (given) => timingSafeEqual(digest(given ?? ""), expected) && given !== undefined;
}

/** A new secret: 43 characters of `A-Za-z0-9_-`. `fill` is the source of randomness. */
export function makeSecret(
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown = (bytes) => crypto.getRandomValues(bytes),
): string {
  const bytes = new Uint8Array(SECRET_BYTES);
  fill(bytes);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Whether two texts of the same, publicly known length are equal, without stopping at the first
 * difference. For signatures on the hot path, where making two buffers costs more than the signature.
 */
export function equalInConstantTime(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let at = 0; at < expected.length; at += 1) {
    difference |= given.charCodeAt(at) ^ expected.charCodeAt(at);
  }
  return difference === 0;
}
