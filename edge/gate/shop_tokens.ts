import { Buffer } from "node:buffer";
import {
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from "jose";
import { type Claims, pickClaims } from "../../shared/claims.ts";
import type { Clock } from "../../shared/clock.ts";
import type { WarningLog } from "../calm_log.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";
import type { ShopTokens } from "../shop_tokens_config.ts";
import { KeySetError, ShopKeys, type ShopKeysParts } from "./shop_keys.ts";

/** A customer of the shop, as its token says. */
export interface ShopCustomer {
  userId: string;
  level: number;
  /** Of the claims that are configured to be kept, those that the token has. */
  claims?: Claims;
}

/** Longest token of the shop that is looked at. */
export const MAX_SHOP_TOKEN_LENGTH = 8_192;

/** Header, payload and signature as base64url without padding. */
const JWT_PATTERN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)$/;

/**
 * How far the shop's clock may be ahead of ours: `nbf` and `iat` may lie this far in the future.
 * `exp` has no such grace, as nobody loses by signing in a second time.
 */
export const CLOCK_TOLERANCE_S = 5;

/** Most keys of a set that a token without a key id is tried with. */
const MAX_TRIED_KEYS = 4;

/** Levels are whole numbers within this distance of 0. */
export const MAX_LEVEL = 1_000_000;

/** Checks a token of the shop: the customer, or null when it cannot be used. */
export type ShopTokenCheck = (token: string) => Promise<ShopCustomer | null>;

/** What the check needs. */
export interface ShopTokenCheckParts {
  clock: Clock;
  log: WarningLog;
  /** Fetches the key set; the machine's own when left out. */
  fetch?: NonNullable<ShopKeysParts["fetch"]>;
  /** Stands in for the fetched key set. */
  keySet?: JWTVerifyGetKey;
}

/**
 * Makes the check. The algorithm is fixed by the configuration, never by the token: HS256 with a
 * key, the listed asymmetric ones with a key set. Keys and addresses of keys that a token brings
 * along (`jwk`, `x5c`, `jku`, `x5u`) are not looked at. The check rejects with a `KeySetError` when
 * it cannot tell.
 */
export function shopTokenCheck(config: ShopTokens, parts: ShopTokenCheckParts): ShopTokenCheck {
  const { clock, log } = parts;
  const verify = verifier(config, parts);
  return async (token) => {
    if (!isCompactJwt(token)) return null;
    const nowMs = clock();
    try {
      return customerOf(await verify(token, new Date(nowMs)), nowMs / 1000, config.profileClaims);
    } catch (error) {
      if (error instanceof KeySetError) throw error;
      if (isRefusal(error)) return null;
      if (isUnusableKey(error)) {
        log.warning("Cannot use a key of the shop: {error}", { error: String(error) });
        return null;
      }
      throw new KeySetError(`Cannot check a shop token: ${String(error)}`, { cause: error });
    }
  };
}

/** Also refuses a second spelling of the signature: one token, one text. */
function isCompactJwt(token: string): boolean {
  if (token.length > MAX_SHOP_TOKEN_LENGTH) return false;
  const signature = JWT_PATTERN.exec(token)?.[1];
  return signature !== undefined &&
    Buffer.from(signature, "base64url").toString("base64url") === signature;
}

type Verify = (token: string, currentDate: Date) => Promise<JWTPayload>;

function verifier(config: ShopTokens, { clock, log, ...given }: ShopTokenCheckParts): Verify {
  const common: JWTVerifyOptions = {
    issuer: config.issuer,
    audience: config.audience,
    requiredClaims: ["sub", "exp", "iss", "aud"],
    clockTolerance: CLOCK_TOLERANCE_S,
  };
  if ("hs256Key" in config.key) {
    const key = Buffer.from(config.key.hs256Key, "utf8");
    const options = { ...common, algorithms: ["HS256"] };
    return async (token, currentDate) =>
      payloadOf(await jwtVerify(token, key, { ...options, currentDate }));
  }
  const options = { ...common, algorithms: config.algorithms };
  const keySet = given.keySet ??
    new ShopKeys({ url: config.key.jwksUrl, clock, log, ...given }).keyFor;
  return async (token, currentDate) => {
    const now = { ...options, currentDate };
    try {
      return payloadOf(await jwtVerify(token, keySet, now));
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return await tryEach(token, error, now);
      throw error;
    }
  };
}

/** `crit` lists header extensions without which a token means something else; none is known here. */
function payloadOf({ payload, protectedHeader }: JWTVerifyResult): JWTPayload {
  if (protectedHeader.crit !== undefined) {
    throw new errors.JOSENotSupported("No critical header extension is known");
  }
  return payload;
}

/**
 * A token that names no key, and a set with several that fit: one of them has to have signed it. Keys
 * that cannot be used are passed over; whatever else is wrong with the token ends it.
 */
async function tryEach(
  token: string,
  several: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let left = MAX_TRIED_KEYS;
  for await (const key of several) {
    try {
      return payloadOf(await jwtVerify(token, key, options));
    } catch (error) {
      // Costs nothing, so that it is not counted: nothing was tried.
      if (isUnusableKey(error)) continue;
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
    left -= 1;
    if (left === 0) break;
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function customerOf(
  payload: JWTPayload,
  nowS: number,
  profileClaims: readonly string[],
): ShopCustomer | null {
  const { sub, exp, iat, level = 0 } = payload;
  if (exp! <= nowS || (iat !== undefined && iat > nowS + CLOCK_TOLERANCE_S)) return null;
  if (typeof sub !== "string" || !USER_ID_PATTERN.test(sub)) return null;
  if (!Number.isInteger(level) || Math.abs(level as number) > MAX_LEVEL) return null;
  const claims = pickClaims(payload, profileClaims);
  return { userId: sub, level: level as number, ...(claims === undefined ? {} : { claims }) };
}

/** Everything that jose throws about the token itself; what is left is about the key set. */
function isRefusal(error: unknown): boolean {
  if (error instanceof errors.JWKSInvalid) return false;
  if (!(error instanceof errors.JOSEError)) return false;
  return error.code !== "ERR_JOSE_GENERIC";
}

/**
 * What jose and WebCrypto throw about a key that they cannot take: too short, or not what it says it
 * is. The key set itself fails with a `KeySetError`.
 */
function isUnusableKey(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}
