import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "../shared/env.ts";
import { readEdgeConfig, readEdgeProcessConfig } from "./config.ts";
import type { LimitName } from "./limits/sharing_config.ts";

const GOOD = {
  EDGE_KEY: "0123456789abcdef",
  SESSION_KEY: "fedcba9876543210",
  ORIGIN_URLS: "http://10.0.0.1:9000, http://10.0.0.2:9000/",
};

Deno.test("readEdgeProcessConfig() reads good variables and fills in defaults", () => {
  assertEquals(readEdgeProcessConfig(GOOD), {
    edgeKey: GOOD.EDGE_KEY,
    sessionKey: GOOD.SESSION_KEY,
    shopTokens: null,
    demo: false,
    shopOrigins: [],
    trustedProxies: [],
    limitsSharing: null,
    port: 8000,
    host: "0.0.0.0",
    originUrls: ["http://10.0.0.1:9000", "http://10.0.0.2:9000"],
  });
});

Deno.test("readEdgeConfig() keeps each shop origin once", () => {
  const env = {
    ...GOOD,
    SHOP_ORIGINS: "https://a.example,http://b.example:8080, https://a.example",
  };
  assertEquals(readEdgeConfig(env).shopOrigins, ["https://a.example", "http://b.example:8080"]);
});

Deno.test("readEdgeConfig() reads each trusted proxy once, in its one form", () => {
  const TRUSTED_PROXIES = "127.0.0.1, 10.1.2.3/8,::ffff:10.0.0.0/104, 2001:DB8::1/32";
  assertEquals(
    readEdgeConfig({ ...GOOD, TRUSTED_PROXIES }).trustedProxies.map(({ text }) => text),
    [
      "127.0.0.1/32",
      "10.0.0.0/8",
      "2001:db8::/32",
    ],
  );
});

Deno.test("readEdgeConfig() reads how limits are shared", () => {
  const LIMITS_REDIS_URL = "rediss://:secret@limits.example:6380/2";
  const sharing = (more: Record<string, string>) =>
    readEdgeConfig({ ...GOOD, LIMITS_REDIS_URL, ...more }).limitsSharing;
  assertEquals(sharing({}), {
    redisUrl: LIMITS_REDIS_URL,
    namespace: "dropgate",
    failClosed: new Set<LimitName>(),
  });
  assertEquals(sharing({ LIMITS_FAIL_CLOSED: "sale, user", NAMESPACE: "other" }), {
    redisUrl: LIMITS_REDIS_URL,
    namespace: "other",
    failClosed: new Set<LimitName>(["user", "sale"]),
  });
});

const SHARED = { LIMITS_REDIS_URL: "redis://limits.example" };
const MANY_PROXIES = Array.from({ length: 65 }, (_, i) => `10.0.0.${i}`).join(",");
const JWT_KEY = { JWT_HS256_KEY: "0123456789abcdef-jwt" };

for (
  const [what, changes, says] of [
    ["a missing edge key", { EDGE_KEY: "" }, "EDGE_KEY"],
    ["a short session key", { SESSION_KEY: "short" }, "SESSION_KEY"],
    ["a default-looking session key", { SESSION_KEY: "changeme-changeme-1" }, "SESSION_KEY"],
    ["no origins", { ORIGIN_URLS: "" }, "ORIGIN_URLS"],
    ["only commas", { ORIGIN_URLS: ", ," }, "ORIGIN_URLS"],
    ["an origin with a path", { ORIGIN_URLS: "http://a/b" }, "ORIGIN_URLS"],
    ["an origin with a password", { ORIGIN_URLS: "http://u:p@a" }, "ORIGIN_URLS"],
    ["an origin of another scheme", { ORIGIN_URLS: "ftp://a" }, "ORIGIN_URLS"],
    ["too many origins", {
      ORIGIN_URLS: Array.from({ length: 65 }, (_, i) => `http://h${i}`).join(","),
    }, "ORIGIN_URLS"],
    ["a bad port", { EDGE_PORT: "80 80" }, "EDGE_PORT"],
    ["a bad switch", { DEMO: "yes" }, "DEMO"],
    ["a wildcard shop origin", { SHOP_ORIGINS: "*" }, "SHOP_ORIGINS"],
    ["a shop origin with a slash", { SHOP_ORIGINS: "https://a.example/" }, "SHOP_ORIGINS"],
    ["the shop origin null", { SHOP_ORIGINS: "null" }, "SHOP_ORIGINS"],
    ["a proxy by name", { TRUSTED_PROXIES: "proxy.example" }, "TRUSTED_PROXIES"],
    ["a range that is none", { TRUSTED_PROXIES: "10.0.0.1,10.0.0.0/33" }, "TRUSTED_PROXIES"],
    ["all addresses as proxies", { TRUSTED_PROXIES: "0.0.0.0/0" }, "TRUSTED_PROXIES"],
    ["too many proxies", { TRUSTED_PROXIES: MANY_PROXIES }, "TRUSTED_PROXIES"],
    ["limits shared by http", { LIMITS_REDIS_URL: "http://a" }, "LIMITS_REDIS_URL"],
    ["limits shared nowhere", { LIMITS_REDIS_URL: "redis://" }, "LIMITS_REDIS_URL"],
    ["a closed limit nobody shares", { LIMITS_FAIL_CLOSED: "user" }, "LIMITS_FAIL_CLOSED"],
    ["an unknown limit", { ...SHARED, LIMITS_FAIL_CLOSED: "users" }, "LIMITS_FAIL_CLOSED"],
    ["a bad namespace", { ...SHARED, NAMESPACE: "A-b" }, "NAMESPACE"],
    ["a JWT key without an issuer", { ...JWT_KEY, JWT_AUDIENCE: "x" }, "JWT_ISSUER"],
    ["a JWT key without an audience", { ...JWT_KEY, JWT_ISSUER: "x" }, "JWT_AUDIENCE"],
    ["an issuer without a JWT key", { JWT_ISSUER: "x" }, "JWT_ISSUER"],
    ["a key and a key set", { ...JWT_KEY, JWT_JWKS_URL: "https://a/b" }, "JWT_JWKS_URL"],
    ["a short JWT key", { JWT_HS256_KEY: "x", JWT_ISSUER: "x", JWT_AUDIENCE: "x" }, "JWT_HS256"],
  ] as const
) {
  Deno.test(`readEdgeProcessConfig() names the variable of ${what}`, () => {
    const error = assertThrows(
      () => readEdgeProcessConfig({ ...GOOD, ...changes }),
      ConfigurationError,
      says,
    );
    assertEquals(error.message.includes("\n"), false);
  });
}
