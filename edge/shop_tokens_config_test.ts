import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "../shared/env.ts";
import { DEFAULT_ALGORITHMS, readShopTokens } from "./shop_tokens_config.ts";

const SHOP = { JWT_ISSUER: "shop", JWT_AUDIENCE: "dropgate" };
const KEY = { ...SHOP, JWT_HS256_KEY: "0123456789abcdef-jwt" };
const KEY_SET = { ...SHOP, JWT_JWKS_URL: "https://shop.example/jwks" };
const COMMON = { issuer: "shop", audience: "dropgate", profileClaims: [] };

Deno.test("readShopTokens() reads both ways to check shop tokens", () => {
  assertEquals(readShopTokens(KEY, false), {
    ...COMMON,
    key: { hs256Key: "0123456789abcdef-jwt" },
    algorithms: ["HS256"],
  });
  assertEquals(readShopTokens(KEY_SET, false), {
    ...COMMON,
    key: { jwksUrl: "https://shop.example/jwks" },
    algorithms: DEFAULT_ALGORITHMS,
  });
  assertEquals(readShopTokens({}, false), null);
});

Deno.test("readShopTokens() reads algorithms and the claims to keep, each once", () => {
  const env = {
    ...KEY_SET,
    JWT_ALGORITHMS: "PS256, ES384,PS256",
    JWT_PROFILE_CLAIMS: "membership, region,https://shop.example/vip,region",
  };
  const tokens = readShopTokens(env, false);
  assertEquals(tokens?.algorithms, ["PS256", "ES384"]);
  assertEquals(tokens?.profileClaims, ["membership", "region", "https://shop.example/vip"]);
});

for (
  const [what, env, says] of [
    ["algorithms with a shared key", { ...KEY, JWT_ALGORITHMS: "HS256" }, "JWT_ALGORITHMS"],
    ["HS256 with a key set", { ...KEY_SET, JWT_ALGORITHMS: "RS256,HS256" }, "JWT_ALGORITHMS"],
    ["no signature at all", { ...KEY_SET, JWT_ALGORITHMS: "none" }, "JWT_ALGORITHMS"],
    ["an unknown algorithm", { ...KEY_SET, JWT_ALGORITHMS: "RS1" }, "JWT_ALGORITHMS"],
    ["only a comma", { ...KEY_SET, JWT_ALGORITHMS: "," }, "JWT_ALGORITHMS"],
    ["algorithms without a key", { JWT_ALGORITHMS: "RS256" }, "JWT_ALGORITHMS"],
    ["nine claims", { ...KEY, JWT_PROFILE_CLAIMS: "a,b,c,d,e,f,g,h,i" }, "JWT_PROFILE_CLAIMS"],
    ["a claim with a space", { ...KEY, JWT_PROFILE_CLAIMS: "a b" }, "JWT_PROFILE_CLAIMS"],
    ["the subject as a claim", { ...KEY, JWT_PROFILE_CLAIMS: "sub" }, "JWT_PROFILE_CLAIMS"],
    ["claims without a key", { JWT_PROFILE_CLAIMS: "region" }, "JWT_PROFILE_CLAIMS"],
    ["an audience without a key", { JWT_AUDIENCE: "x" }, "JWT_AUDIENCE"],
    ["a key set of another scheme", { ...SHOP, JWT_JWKS_URL: "file:///jwks" }, "JWT_JWKS_URL"],
    ["a key set with a password", { ...SHOP, JWT_JWKS_URL: "https://u:geheim@a/" }, "JWT_JWKS_URL"],
  ] as const
) {
  Deno.test(`readShopTokens() names the variable of ${what}`, () => {
    const error = assertThrows(() => readShopTokens(env, false), ConfigurationError, says);
    assertEquals(error.message.includes("\n"), false);
    assertEquals(error.message.includes("geheim"), false);
  });
}
