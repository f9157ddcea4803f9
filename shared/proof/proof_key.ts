import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

/** Bytes of an Ed25519 seed, of a public key, and of a signature. */
export const SEED_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Keeps this key apart from whatever else may be derived from the same secret. */
const DERIVATION_INFO = new TextEncoder().encode("dropgate proof signing key 1");

/** What stands in front of the seed in PKCS #8, RFC 8410. */
const PKCS8_PREFIX = Uint8Array.fromHex("302e020100300506032b657004220420");

const FORM = { alphabet: "base64url", omitPadding: true } as const;

/** What a signature says of what it signs: a head is never taken for a page. */
export type SignedKind = "head" | "page";

/** Signs proofs. */
export interface ProofSigner {
  /** The raw public key as base64url. */
  readonly publicKey: string;
  /** The signature over a SHA-256 in hex, as base64url. */
  sign(kind: SignedKind, digest: string): Promise<string>;
}

/** The seed that a secret gives: HKDF-SHA256 with a fixed info, so that nothing has to be set. */
export function deriveProofSeed(secret: string): Uint8Array {
  return hkdf(sha256, new TextEncoder().encode(secret), undefined, DERIVATION_INFO, SEED_BYTES);
}

/** Reads a seed of 32 bytes from base64url, with or without padding; null for anything else. */
export function readSeed(text: string): Uint8Array | null {
  try {
    const seed = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return seed.length === SEED_BYTES ? seed : null;
  } catch {
    return null;
  }
}

/** The signer of a seed. @throws {RangeError} when it has not 32 bytes. */
export async function openProofSigner(seed: Uint8Array): Promise<ProofSigner> {
  if (seed.length !== SEED_BYTES) {
    throw new RangeError(
      `Cannot sign as a seed must have ${SEED_BYTES} bytes: current value has ${seed.length}`,
    );
  }
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...seed]);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  return {
    publicKey: x!,
    async sign(kind, digest) {
      const signature = await crypto.subtle.sign("Ed25519", key, signedText(kind, digest));
      return new Uint8Array(signature).toBase64(FORM);
    },
  };
}

/**
 * Whether a key signed a digest. A signature in any form but the one that `sign` gives is refused.
 */
export async function isSignedBy(
  publicKey: string,
  kind: SignedKind,
  digest: string,
  signature: string,
): Promise<boolean> {
  const raw = readExactly(publicKey, SEED_BYTES);
  const given = readExactly(signature, SIGNATURE_BYTES);
  if (raw === null || given === null) return false;
  try {
    const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, given, signedText(kind, digest));
  } catch {
    return false;
  }
}

/** What people compare: the key's thumbprint, RFC 7638, as base64url. */
export function fingerprintOf(publicKey: string): string {
  const jwk = JSON.stringify({ crv: "Ed25519", kty: "OKP", x: publicKey });
  return sha256(new TextEncoder().encode(jwk)).toBase64(FORM);
}

/** Whether a key is one of those given, each by itself or by its fingerprint. */
export function isAmong(publicKey: string, given: readonly string[]): boolean {
  return given.includes(publicKey) || given.includes(fingerprintOf(publicKey));
}

/** True for what may be a public key: 32 bytes in the one form of base64url. */
export function isPublicKey(text: string): boolean {
  return readExactly(text, SEED_BYTES) !== null;
}

function signedText(kind: SignedKind, digest: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`dropgate-proof 1 ${kind} ${digest}`);
}

/** The bytes of a text that has exactly one form; several texts may stand for the same bytes. */
function readExactly(text: string, length: number): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    return bytes.length === length && bytes.toBase64(FORM) === text ? bytes : null;
  } catch {
    return null;
  }
}
