import { CLAIM_NAME_PATTERN, MAX_CLAIMS } from "../shared/claims.ts";
import {
  ConfigurationError,
  type Environment,
  readOptional,
  readSecret,
  readUrl,
  unusable,
} from "../shared/env.ts";

/** How the shop's own tokens are checked. Exactly one of a fixed key and a key set. */
export interface ShopTokens {
  key: { hs256Key: string } | { jwksUrl: string };
  issuer: string;
  audience: string;
  /** Signature algorithms that are taken from a key set; with a fixed key it is always HS256. */
  algorithms: string[];
  /** Names of the claims that a session keeps, at most `MAX_CLAIMS`. */
  profileClaims: string[];
}

/** What a key set is taken with unless `JWT_ALGORITHMS` says otherwise. */
export const DEFAULT_ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"];

/** All that may stand in `JWT_ALGORITHMS`: none with a shared secret, since a set is public. */
const ASYMMETRIC = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** Claims that have a meaning of their own here. */
const OWN_CLAIMS = ["sub", "iss", "aud", "exp", "nbf", "iat", "jti", "level"];

/** What makes no sense without a key. */
const BESIDE_A_KEY = ["JWT_ISSUER", "JWT_AUDIENCE", "JWT_ALGORITHMS", "JWT_PROFILE_CLAIMS"];

/** Null when no shop is connected. @throws {ConfigurationError} */
export function readShopTokens(env: Environment, demo: boolean): ShopTokens | null {
  const jwksUrl = readUrl(env, "JWT_JWKS_URL", ["https", "http"]);
  const hasKey = readOptional(env, "JWT_HS256_KEY") !== undefined;
  if (jwksUrl && hasKey) {
    throw new ConfigurationError(
      "Cannot use JWT_HS256_KEY as tokens are checked in one way only: " +
        "current value of JWT_JWKS_URL is also set",
    );
  }
  if (!jwksUrl && !hasKey) {
    for (const name of BESIDE_A_KEY) {
      const value = readOptional(env, name);
      if (value !== undefined) {
        unusable(name, value, "it needs JWT_JWKS_URL or JWT_HS256_KEY beside it");
      }
    }
    return null;
  }
  return {
    key: jwksUrl ? { jwksUrl: keySetUrl(jwksUrl) } : {
      hs256Key: readSecret(env, "JWT_HS256_KEY", demo),
    },
    issuer: needed(env, "JWT_ISSUER"),
    audience: needed(env, "JWT_AUDIENCE"),
    algorithms: readAlgorithms(env, hasKey),
    profileClaims: readProfileClaims(env),
  };
}

function needed(env: Environment, name: string): string {
  return readOptional(env, name) ??
    unusable(name, undefined, "the shop's tokens are checked against it");
}

/** A key set is public; a password in its address would be logged and is not sent by `fetch`. */
function keySetUrl(url: URL): string {
  if (url.username === "" && url.password === "") return url.href;
  const shown = `${url.protocol}//***@${url.host}${url.pathname}`;
  return unusable("JWT_JWKS_URL", shown, "it must not hold a user or a password");
}

function readAlgorithms(env: Environment, hasKey: boolean): string[] {
  const value = readOptional(env, "JWT_ALGORITHMS");
  if (value === undefined) return hasKey ? ["HS256"] : DEFAULT_ALGORITHMS;
  if (hasKey) unusable("JWT_ALGORITHMS", value, "with JWT_HS256_KEY it is always HS256");
  const names = listOf(value);
  if (names.length === 0 || !names.every((name) => ASYMMETRIC.includes(name))) {
    unusable("JWT_ALGORITHMS", value, `it must be a comma-separated list of ${ASYMMETRIC}`);
  }
  return names;
}

function readProfileClaims(env: Environment): string[] {
  const value = readOptional(env, "JWT_PROFILE_CLAIMS");
  if (value === undefined) return [];
  const names = listOf(value);
  const usable = (name: string) => CLAIM_NAME_PATTERN.test(name) && !OWN_CLAIMS.includes(name);
  if (names.length > MAX_CLAIMS || !names.every(usable)) {
    unusable(
      "JWT_PROFILE_CLAIMS",
      value,
      `it must be a comma-separated list of at most ${MAX_CLAIMS} names of other claims than ` +
        `${OWN_CLAIMS}`,
    );
  }
  return names;
}

/** The entries of a comma-separated list, each once. */
function listOf(value: string): string[] {
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  return [...new Set(entries)];
}
