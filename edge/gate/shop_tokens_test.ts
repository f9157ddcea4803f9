import { assertEquals, assertRejects } from "@std/assert";
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { logOf } from "../../shared/log.ts";
import { DEFAULT_ALGORITHMS } from "../shop_tokens_config.ts";
import { KeySetError } from "./shop_keys.ts";
import { shopTokenCheck } from "./shop_tokens.ts";

const NOW_MS = Date.UTC(2030, 0, 15, 12);
const NOW_S = NOW_MS / 1000;
const HS_KEY = "the key that the shop signs with";
const CONFIG = {
  issuer: "https://shop.example",
  audience: "dropgate",
  algorithms: DEFAULT_ALGORITHMS,
  profileClaims: [] as string[],
};
const PARTS = { clock: () => NOW_MS, log: logOf("edge", "test") };
const GOOD = { sub: "ann", iss: CONFIG.issuer, aud: CONFIG.audience, exp: NOW_S + 60 };

const check = shopTokenCheck({ ...CONFIG, key: { hs256Key: HS_KEY } }, PARTS);

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
    ["a beginning to come", { nbf: NOW_S + 6 }],
    ["a beginning that is text", { nbf: "now" }],
    ["a birth to come", { iat: NOW_S + 6 }],
    ["a birth that is text", { iat: "now" }],
    ["a birth of null", { iat: null }],
    ["an end of null", { exp: null }],
    ["an empty audience", { aud: [] }],
    ["an audience that is no text", { aud: 7 }],
    ["an issuer in a list", { iss: ["https://shop.example"] }],
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
  const checkSet = shopTokenCheck(config, { ...PARTS, keySet });
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
  const checkSet = shopTokenCheck(config, {
    ...PARTS,
    keySet: () => Promise.resolve(secret),
  });
  assertEquals(await checkSet(await sign(GOOD)), null);
});

Deno.test("shopTokenCheck() throws when the key set is away: not the customer's fault", async () => {
  const config = { ...CONFIG, key: { jwksUrl: "https://shop.example/jwks" } };
  const { privateKey } = await generateKeyPair("ES256");
  const token = await new SignJWT(GOOD).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  const away = shopTokenCheck(config, {
    ...PARTS,
    keySet: () => Promise.reject(new Error("refused")),
  });
  await assertRejects(() => away(token), KeySetError, "refused");
});

Deno.test("shopTokenCheck() bears with a shop whose clock is 5 s ahead, and with distant ends", async () => {
  const ahead = { ...GOOD, nbf: NOW_S + 5, iat: NOW_S + 5 };
  assertEquals((await check(await sign(ahead)))?.userId, "ann");
  assertEquals((await check(await sign({ ...GOOD, exp: 9e15 })))?.userId, "ann");
  assertEquals((await check(await sign({ ...GOOD, exp: NOW_S + 1 })))?.userId, "ann");
});

Deno.test("shopTokenCheck() keeps the claims it is told to keep, as texts", async () => {
  const config = { ...CONFIG, profileClaims: ["membership", "age", "staff", "roles", "motto"] };
  const keeps = shopTokenCheck({ ...config, key: { hs256Key: HS_KEY } }, PARTS);
  const claims = { membership: "gold", age: 30, staff: false, roles: ["a"], region: "eu" };
  assertEquals(await keeps(await sign({ ...GOOD, ...claims, motto: "x".repeat(65) })), {
    userId: "ann",
    level: 0,
    claims: { membership: "gold", age: "30", staff: "false" },
  });
  assertEquals(await keeps(await sign(GOOD)), { userId: "ann", level: 0 });
  assertEquals(await check(await sign({ ...GOOD, ...claims })), { userId: "ann", level: 0 });
});

Deno.test("shopTokenCheck() takes only the algorithms that were listed", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const keySet = createLocalJWKSet({ keys: [await exportJWK(publicKey)] });
  const key = { jwksUrl: "https://shop.example/jwks" };
  const token = await new SignJWT(GOOD).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  for (const [algorithms, taken] of [[["ES256"], true], [["RS256", "EdDSA"], false]] as const) {
    const listed = shopTokenCheck({ ...CONFIG, key, algorithms: [...algorithms] }, {
      ...PARTS,
      keySet,
    });
    assertEquals(await listed(token) !== null, taken, algorithms.join());
  }
});

Deno.test("shopTokenCheck() tries a few keys for a token that names none", async () => {
  const pairs = await Promise.all(
    Array.from({ length: 6 }, () => generateKeyPair("ES256", { extractable: true })),
  );
  const keys = await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
  const config = { ...CONFIG, key: { jwksUrl: "https://shop.example/jwks" } };
  const of = (count: number) =>
    shopTokenCheck(config, { ...PARTS, keySet: createLocalJWKSet({ keys: keys.slice(0, count) }) });
  const signed = (index: number) =>
    new SignJWT(GOOD).setProtectedHeader({ alg: "ES256" }).sign(pairs[index]!.privateKey);
  const taken = await Promise.all(pairs.map(async (_, i) => await of(4)(await signed(i)) !== null));
  assertEquals(taken, [true, true, true, true, false, false]);
  assertEquals(await of(6)(await signed(5)), null, "the fifth and sixth are not tried");
  const over = new SignJWT({ ...GOOD, exp: NOW_S - 60 }).setProtectedHeader({ alg: "ES256" });
  assertEquals(await of(4)(await over.sign(pairs[1]!.privateKey)), null);
});

Deno.test("shopTokenCheck() goes on after keys of the set that cannot be used", async () => {
  const rsa = await generateKeyPair("RS256", { extractable: true });
  const good = await exportJWK(rsa.publicKey);
  const unusable: JWK[] = [
    // Imported, and found to be too short when it is used.
    { kty: "RSA", n: "A".repeat(400), e: "AQAB", kid: "short" },
    { kty: "RSA", n: "?", e: "AQAB", kid: "broken" },
  ];
  const config = { ...CONFIG, key: { jwksUrl: "https://shop.example/jwks" } };
  const checkWith = (keys: JWK[]) =>
    shopTokenCheck(config, { ...PARTS, keySet: createLocalJWKSet({ keys }) });
  const signed = (claims: Record<string, unknown>, kid?: string) =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", ...(kid === undefined ? {} : { kid }) })
      .sign(rsa.privateKey);
  const mixed = checkWith([...unusable, ...Array(4).fill(unusable[0]), { ...good, kid: "good" }]);
  assertEquals((await mixed(await signed(GOOD)))?.userId, "ann");
  assertEquals((await mixed(await signed(GOOD, "good")))?.userId, "ann");
  assertEquals(await mixed(await signed({ ...GOOD, exp: NOW_S - 60 })), null);
  for (const jwk of unusable) {
    assertEquals(await mixed(await signed(GOOD, jwk.kid)), null, `the token names ${jwk.kid}`);
    assertEquals(await checkWith([jwk])(await signed(GOOD)), null, `only ${jwk.kid}`);
  }
  assertEquals(await checkWith(unusable)(await signed(GOOD)), null);
});
