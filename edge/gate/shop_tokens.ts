import { Buffer } from "node:buffer";
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from "jose";
import type { Clock } from "../../shared/clock.ts";
import { USER_ID_PATTERN } from "../../shared/ticket.ts";
import type { ShopTokens } from "../config.ts";

/** A customer of the shop, as its token says. */
export interface ShopCustomer {
  userId: string;
  level: number;
}

/** Longest token of the shop that is looked at. */
const MAX_SHOP_TOKEN_LENGTH = 8_192;

/** Levels are whole numbers within this distance of 0. */
export const MAX_LEVEL = 1_000_000;

/** The key set of the shop could not be fetched: not the customer's fault. */
export class KeySetError extends Error {
  override name = "KeySetError";
}

/** Checks a token of the shop: the customer, or null when it cannot be used. */
export type ShopTokenCheck = (token: string) => Promise<ShopCustomer | null>;

/**
 * Makes the check. The algorithm is fixed by the configuration, never by the token: HS256 with a
 * key, RS256, ES256 or EdDSA with a key set. `keySet` replaces the fetched one in tests.
 */
export function shopTokenCheck(
  config: ShopTokens,
  clock: Clock,
  keySet?: JWTVerifyGetKey,
): ShopTokenCheck {
  const verify = verifier(config, keySet);
  return async (token) => {
    if (token.length > MAX_SHOP_TOKEN_LENGTH) return null;
    try {
      return customerOf(await verify(token, new Date(clock())));
    } catch (error) {
      if (isRefusal(error)) return null;
      throw new KeySetError(`Cannot check a shop token: ${String(error)}`, { cause: error });
    }
  };
}

type Verify = (token: string, currentDate: Date) => Promise<JWTPayload>;

function verifier(config: ShopTokens, keySet: JWTVerifyGetKey | undefined): Verify {
  const options: JWTVerifyOptions = {
    issuer: config.issuer,
    audience: config.audience,
    requiredClaims: ["sub", "exp", "iss", "aud"],
  };
  if ("hs256Key" in config.key) {
    const key = Buffer.from(config.key.hs256Key, "utf8");
    const algorithms = ["HS256"];
    return async (token, currentDate) =>
      (await jwtVerify(token, key, { ...options, algorithms, currentDate })).payload;
  }
  const keys = keySet ??
    createRemoteJWKSet(new URL(config.key.jwksUrl), { timeoutDuration: 3_000 });
  const algorithms = ["RS256", "ES256", "EdDSA", "Ed25519"];
  return async (token, currentDate) =>
    (await jwtVerify(token, keys, { ...options, algorithms, currentDate })).payload;
}

function customerOf(claims: JWTPayload): ShopCustomer | null {
  const { sub, level = 0 } = claims;
  if (typeof sub !== "string" || !USER_ID_PATTERN.test(sub)) return null;
  if (!Number.isInteger(level) || Math.abs(level as number) > MAX_LEVEL) return null;
  return { userId: sub, level: level as number };
}

/** Everything that jose throws about the token itself; what is left is about the key set. */
function isRefusal(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  if (!(error instanceof errors.JOSEError)) return false;
  return error.code !== "ERR_JOSE_GENERIC";
}
