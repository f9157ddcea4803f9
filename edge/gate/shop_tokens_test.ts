import { assertEquals, assertRejects } from "@std/assert";
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import { KeySetError, shopTokenCheck } from "./shop_tokens.ts";

const NOW_MS = Date.UTC(2030, 0, 15, 12);
const NOW_S = NOW_MS / 1000;
const HS_KEY = "the key that the shop signs with";
const CONFIG = { issuer: "https://shop.example", audience: "dropgate" };
const GOOD = { sub: "ann", iss: CONFIG.issuer, aud: CONFIG.audience, exp: NOW_S + 60 };

const check = shopTokenCheck({ ...CONFIG, key: { hs256Key: HS_KEY } }, () => NOW_MS);

function sign(claims: Record<string, unknown>, key = HS_KEY, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
}

function base64url(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
}

Deno.test("shopTokenCheck() takes a good token, with and without a level", async () => {
  assertEquals(await check(await sign(GOOD)), { userId: "ann", level: 0 });
  assertEquals(await check(await sign({ ...GOOD, level: 3 })), { userId: "ann", level: 3 });
  const many = { ...GOOD, aud: ["other", "dropgate"] };
  assertEquals(await check(await sign(many)), { userId: "ann", level: 0 });
});

for (
  const [what, changes] of [
    ["an issuer that is not ours", { iss: "https://other.example" }],
    ["an audience that is not ours", { aud: "other" }],
    ["an end that is over", { exp: NOW_S - 1 }],
    ["an end that is now", { exp: NOW_S }],
    ["a beginning to come", { nbf: NOW_S + 60 }],
    ["no end", { exp: undefined }],
    ["an end that is text", { exp: "never" }],
    ["no subject", { sub: undefined }],
    ["no issuer", { iss: undefined }],
    ["no audience", { aud: undefined }],
    ["an empty subject", { sub: "" }],
    ["a subject with spaces", { sub: "ann b" }],
    ["a subject that is too long", { sub: "a".repeat(65) }],
    ["a subject that is a number", { sub: 7 }],
    ["a level that is text", { level: "3" }],
    ["a level with a fraction", { level: 1.5 }],
    ["a level beyond all levels", { level: 1e12 }],
    ["a level of null", { level: null }],
  ] as const
) {
  Deno.test(`shopTokenCheck() refuses a token with ${what}`, async () => {
    assertEquals(await check(await sign({ ...GOOD, ...changes })), null);
  });
}

Deno.test("shopTokenCheck() refuses tokens that nobody signed, or somebody else", async () => {
  const good = await sign(GOOD);
  const [header, payload, signature] = good.split(".") as [string, string, string];
  const none = base64url({ alg: "none" });
  const forged = [
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${none}.${payload}`,
    `${header}.${base64url({ ...GOOD, sub: "bob" })}.${signature}`,
    `${header}.${payload}.`,
    await sign(GOOD, "the key of somebody else"),
    await sign(GOOD, HS_KEY.padEnd(64, "\0"), "HS512"),
    "",
    "a.b.c",
    "x".repeat(10_000),
  ];
  for (const token of forged) assertEquals(await check(token), null, token.slice(0, 80));
});

Deno.test("shopTokenCheck() with a key set takes the set's algorithms and keys only", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const stranger = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  const keySet = createLocalJWKSet({ keys: [{ ...jwk, kid: "one", alg: "ES256" }] });
  const config = { ...CONFIG, key: { jwksUrl: "https://shop.example/jwks" } };
  const checkSet = shopTokenCheck(config, () => NOW_MS, keySet);
  const signEs = (key: typeof privateKey, kid: string) =>
    new SignJWT(GOOD).setProtectedHeader({ alg: "ES256", kid }).sign(key);
  assertEquals(await checkSet(await signEs(privateKey, "one")), { userId: "ann", level: 0 });
  assertEquals(await checkSet(await signEs(privateKey, "two")), null);
  assertEquals(await checkSet(await signEs(stranger.privateKey, "one")), null);
  // The classic: the public key, which everybody has, used as an HMAC key.
  assertEquals(await checkSet(await sign(GOOD, JSON.stringify(jwk))), null);
});

Deno.test("shopTokenCheck() with a key set takes no HMAC, even from a set with a secret in it", async () => {
  const config = { ...CONFIG, key: { jwksUrl: "https://shop.example/jwks" } };
  const secret = new TextEncoder().encode(HS_KEY);
  const checkSet = shopTokenCheck(config, () => NOW_MS, () => Promise.resolve(secret));
  assertEquals(await checkSet(await sign(GOOD)), null);
});

Deno.test("shopTokenCheck() throws when the key set is away: not the customer's fault", async () => {
  const config = { ...CONFIG, key: { jwksUrl: "https://shop.example/jwks" } };
  const { privateKey } = await generateKeyPair("ES256");
  const token = await new SignJWT(GOOD).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  const away = shopTokenCheck(config, () => NOW_MS, () => Promise.reject(new TypeError("refused")));
  await assertRejects(() => away(token), KeySetError, "refused");
});
