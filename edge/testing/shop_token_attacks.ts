import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import {
  calculateJwkThumbprint,
  type CryptoKey as JoseKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
} from "jose";

/** When all of it happens. */
export const NOW_MS = Date.UTC(2030, 0, 15, 12);
const NOW_S = NOW_MS / 1000;
export const HS_KEY = "the key that the shop signs with";
export const SESSION_KEY = "the key that the edge signs with";
/** Whom the tokens say they are from and for. */
export const SHOP = { issuer: "https://shop.example", audience: "dropgate" };
const GOOD = { sub: "ann", iss: SHOP.issuer, aud: SHOP.audience, exp: NOW_S + 60 };
const rsa = await generateKeyPair("RS256", { extractable: true });
const ec = await generateKeyPair("ES256", { extractable: true });
const stranger = await generateKeyPair("RS256", { extractable: true });
/** The shop's public keys. */
export const rsaJwk = { ...await exportJWK(rsa.publicKey), kid: "rsa", alg: "RS256", use: "sig" };
export const ecJwk = { ...await exportJWK(ec.publicKey), kid: "ec", alg: "ES256", use: "sig" };
const strangerJwk = await exportJWK(stranger.publicKey);

/** A part of a token. */
export function part(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return Buffer.from(text).toString("base64url");
}

/** A token signed with HMAC, with any header at all. */
function hmacToken(header: unknown, key: string, claims: unknown = GOOD): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
}

function signRsa(
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key = rsa.privateKey,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "rsa", ...header }).sign(key);
}

/** What attackers send, by the name of the attack: many forms each. */
export const attacks: Record<string, string[]> = {};

function attack(name: string, forms: string[]): void {
  attacks[name] = [...attacks[name] ?? [], ...forms];
}

/** A good token of each kind, that attacks are made of. */
export const good = { hs: hmacToken({ alg: "HS256" }, HS_KEY), rs: await signRsa(GOOD) };

function spellings(word: string): string[] {
  return Array.from(
    { length: 2 ** word.length },
    (_, mask) =>
      [...word].map((letter, at) => mask >> at & 1 ? letter.toUpperCase() : letter).join(""),
  );
}

for (
  const alg of [...spellings("none"), "", " none", "none ", "None\0", null, 0, [], ["none"], {}]
) {
  const [, payload, signature] = good.rs.split(".");
  const header = part({ alg, kid: "rsa" });
  attack("alg none", [`${header}.${payload}.`, `${header}.${payload}.${signature}`]);
  attack("alg none", [`${header}.${payload}`, hmacToken({ alg }, "")]);
}

const publicForms = [
  await exportSPKI(rsa.publicKey),
  (await exportSPKI(rsa.publicKey)).trim(),
  JSON.stringify(rsaJwk),
  JSON.stringify(await exportJWK(rsa.publicKey)),
  rsaJwk.n!,
  Buffer.from(rsaJwk.n!, "base64url").toString("latin1"),
  await calculateJwkThumbprint(rsaJwk),
  "rsa",
  "",
];
for (const key of publicForms) {
  for (const alg of ["HS256", "HS384", "HS512", "RS256", "hs256"]) {
    attack("HMAC with the public key", [hmacToken({ alg, kid: "rsa" }, key)]);
  }
}

for (const [alg, kid] of [["RS256", "ec"], ["ES256", "rsa"], ["PS256", "rsa"], ["EdDSA", "ec"]]) {
  const [, payload, signature] = good.rs.split(".");
  attack("wrong key type", [`${part({ alg, kid })}.${payload}.${signature}`]);
}
const ecSigned = new SignJWT(GOOD).setProtectedHeader({ alg: "ES256", kid: "rsa" });
attack("wrong key type", [await ecSigned.sign(ec.privateKey)]);
attack("algorithm that is not listed", [
  await new SignJWT(GOOD).setProtectedHeader({ alg: "PS256" }).sign(
    (await generateKeyPair("PS256")).privateKey,
  ),
]);

for (
  const [name, changes] of Object.entries({
    "wrong issuer": [{ iss: "https://evil.example" }, { iss: "https://shop.example/" }, {
      iss: "",
    }],
    "wrong audience": [{ aud: "other" }, { aud: "DROPGATE" }, { aud: [] }, { aud: ["a", "b"] }],
    "expired": [{ exp: NOW_S }, { exp: NOW_S - 1 }, { exp: 0 }, { exp: -1 }],
    "not yet valid": [{ nbf: NOW_S + 6 }, { nbf: 9e15 }, { iat: NOW_S + 6 }],
    "missing claims": [{ sub: undefined }, { iss: undefined }, { aud: undefined }, {
      exp: undefined,
    }],
    "odd claims": [{ exp: "9e15" }, { exp: null }, { exp: [9e15] }, { exp: true }, { nbf: "0" }],
    "subject that is no user id": [
      ...["", " ", "a b", "a\n", "ann\0", "a/b", "a~b", "欧", "a".repeat(65)].map((sub) => ({
        sub,
      })),
      ...[7, null, ["ann"], { a: 1 }, true].map((sub) => ({ sub })),
    ],
    "level that is none": ["1", 1.5, 1e12, null, [1], true].map((level) => ({ level })),
  })
) {
  for (const change of changes as Record<string, unknown>[]) {
    attack(name, [await signRsa({ ...GOOD, ...change })]);
    attack(name, [hmacToken({ alg: "HS256" }, HS_KEY, { ...GOOD, ...change })]);
  }
}

for (const [name, token] of Object.entries(good)) {
  const [header, payload, signature] = token.split(".") as [string, string, string];
  attack("empty or cut signature", [`${header}.${payload}.`, `${header}.${payload}`]);
  attack("empty or cut signature", [token.slice(0, -1), `${header}.${payload}.AA`]);
  for (let at = 0; at < signature.length; at += 1) {
    const other = signature[at] === "A" ? "B" : "A";
    const changed = signature.slice(0, at) + other + signature.slice(at + 1);
    attack("tampered signature", [`${header}.${payload}.${changed}`]);
  }
  for (const changes of [{ sub: "bob" }, { level: 9 }, { exp: NOW_S + 9e6 }]) {
    attack("tampered payload", [`${header}.${part({ ...GOOD, ...changes })}.${signature}`]);
  }
  attack("second spelling", [
    ...[
      `${token}=`,
      `${token}==`,
      ` ${token}`,
      `${token} `,
      `${token}\n`,
      `${token}.`,
      `.${token}`,
    ],
    `${header}=.${payload}.${signature}`,
    `${header}.${payload}=.${signature}`,
    `${header}.${payload}.${otherSpelling(signature)}`,
    token.replaceAll("-", "+").replaceAll("_", "/") + (/[-_]/.test(token) ? "" : "+"),
    JSON.stringify({ protected: header, payload, signature }),
  ]);
  attack("huge", [`${header}.${payload}.${signature}${"A".repeat(9_000)}`]);
  attack("huge", [`${"A".repeat(1_000_000)}.${payload}.${signature}`, ".".repeat(8_000)]);
  attack("of another thing", ["", "a", "a.b", "a.b.c", "a.b.c.d.e", name, "null", "{}"]);
}
attack("huge", [await signRsa({ ...GOOD, more: "x".repeat(9_000) })]);
attack("another key", [
  await signRsa(GOOD, {}, stranger.privateKey),
  hmacToken({ alg: "HS256" }, "the key of somebody else"),
  hmacToken({ alg: "HS256" }, SESSION_KEY),
]);

/** The same bytes with another last character, whose spare bits base64 ignores. */
export function otherSpelling(signature: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(signature.at(-1)!);
  return signature.slice(0, -1) + alphabet[last ^ 1];
}

for (
  const header of [
    { jwk: strangerJwk },
    { jwk: strangerJwk, kid: undefined },
    { jku: "https://evil.example/jwks" },
    { x5u: "https://evil.example/cert" },
    { x5c: ["AAAA"] },
    { kid: "../../../../dev/null" },
    { kid: "rsa' OR '1'='1" },
    { kid: 7 },
    { kid: ["rsa"] },
    { kid: null },
    { kid: "__proto__" },
  ]
) {
  const { kid = "rsa", ...more } = header as Record<string, unknown>;
  attack("key that the token brings along", [
    await signOdd({ alg: "RS256", kid, ...more }, stranger.privateKey),
  ]);
}

/** Signs with RS256 under a header that no library would write. */
async function signOdd(header: unknown, key: JoseKey, payload = part(GOOD)): Promise<string> {
  const input = `${part(header)}.${payload}`;
  const bytes = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key as CryptoKey, Buffer.from(input));
  return `${input}.${Buffer.from(bytes).toString("base64url")}`;
}

for (
  const header of [
    { crit: ["exp"], exp: NOW_S + 60 },
    { crit: [] },
    { crit: "b64" },
    { crit: ["b64"] },
    { crit: ["b64"], b64: false },
    { crit: ["b64"], b64: true },
    { crit: ["b64", "b64"], b64: true },
    { crit: ["alg"] },
    { crit: ["__proto__"] },
    { crit: [7] },
  ]
) {
  attack("critical header", [
    await signOdd({ alg: "RS256", kid: "rsa", ...header }, rsa.privateKey),
  ]);
}
attack("critical header", [
  await signOdd({ alg: "RS256", b64: false, crit: ["b64"] }, rsa.privateKey, JSON.stringify(GOOD)),
]);
for (
  const header of [
    "[]",
    "null",
    '"RS256"',
    "",
    "{",
    "\ufeff{}",
  ]
) {
  attack("header that is none", [await signOdd(header, rsa.privateKey), hmacToken(header, HS_KEY)]);
}
for (const last of ["none", "HS256", "hs256", ""]) {
  const twice = `{"alg":"RS256","kid":"rsa","alg":"${last}"}`;
  const forms = [hmacToken(twice, rsaJwk.n!), hmacToken(twice, publicForms[0]!)];
  attack("header that says two things", forms);
}
for (const payload of ["[]", "null", '"ann"', "7", "", "{", "\ufeff{}"]) {
  attack("payload that is none", [await signOdd({ alg: "RS256" }, rsa.privateKey, part(payload))]);
}
