import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { MAX_SESSION_TOKEN_LENGTH, SessionSigner } from "./session.ts";

const SESSION = { userId: "ann@shop.example", level: -3, expiresAt: 1_900_000_000_000 };

Deno.test("SessionSigner reads what it signed", () => {
  const signer = new SessionSigner("key one");
  assertEquals(signer.read(signer.sign(SESSION)), SESSION);
  const longest = { userId: "_".repeat(64), level: 1_000_000, expiresAt: Number.MAX_SAFE_INTEGER };
  assertEquals(signer.read(signer.sign(longest)), longest);
});

Deno.test("SessionSigner takes no token of another key", () => {
  assertEquals(new SessionSigner("key two").read(new SessionSigner("key one").sign(SESSION)), null);
});

Deno.test("SessionSigner takes no token with any character changed", () => {
  const signer = new SessionSigner("key one");
  const token = signer.sign(SESSION);
  for (let i = 0; i < token.length; i += 1) {
    for (const other of ["A", "B", "_", "."]) {
      if (token[i] === other) continue;
      const changed = token.slice(0, i) + other + token.slice(i + 1);
      assertEquals(signer.read(changed), null, `${other} at ${i}`);
    }
  }
});

Deno.test("SessionSigner takes no signature of another purpose", () => {
  const payload = Buffer.from("0~1900000000000~ann").toString("base64url");
  const bare = createHmac("sha256", "key one").update(payload).digest("base64url");
  assertEquals(new SessionSigner("key one").read(`${payload}.${bare}`), null);
});

Deno.test("SessionSigner reads null from what is no token", () => {
  const signer = new SessionSigner("key one");
  const good = signer.sign(SESSION);
  for (
    const text of [
      "",
      ".",
      "a.b",
      `${good}.`,
      `${good}=`,
      ` ${good}`,
      good.repeat(9),
      "ä".repeat(50),
    ]
  ) {
    assertEquals(signer.read(text), null, text);
  }
});

Deno.test("SessionSigner signs as HMAC-SHA256 is defined", () => {
  const token = new SessionSigner("key").sign({ userId: "ann", level: 3, expiresAt: 5 });
  const [payload, signature] = token.split(".");
  const expected = createHmac("sha256", "key").update(`dropgate-session-1:${payload}`);
  assertEquals(signature, expected.digest("base64url"));
});

Deno.test("SessionSigner keeps claims, in every script and at their largest", () => {
  const signer = new SessionSigner("key one");
  const claims = {
    membership: "gold",
    region: "欧洲 \u{1f30d}",
    "https://shop.example/vip": "~{}~",
  };
  const session = { ...SESSION, claims };
  const token = signer.sign(session);
  assertEquals(signer.read(token), session);
  assertEquals(signer.read(token), session, "from what was kept");
  assertEquals(new SessionSigner("key one").read(token), session);
  for (const character of ["欧", '"', "\\", "\u{1f30d}"]) {
    const entries = Array.from({ length: 8 }, (_, i) => [
      `c${i}`.padEnd(64, "x"),
      character.repeat(64 / character.length),
    ]);
    const largest = { userId: "_".repeat(64), level: -1_000_000, expiresAt: 9e15 };
    const full = { ...largest, claims: Object.fromEntries(entries) };
    const long = signer.sign(full);
    assertEquals(signer.read(long), full);
    assert(long.length <= MAX_SESSION_TOKEN_LENGTH);
  }
});

Deno.test("SessionSigner keeps reading right when more claims come than it keeps", () => {
  const signer = new SessionSigner("key one");
  for (let i = 0; i < 2_500; i += 1) {
    const session = { ...SESSION, claims: { number: String(i % 1_300) } };
    assertEquals(signer.read(signer.sign(session)), session);
  }
});

Deno.test("SessionSigner reads tokens that were made before there were claims", () => {
  const old = "LTN-MTkwMDAwMDAwMDAwMH5hbm5Ac2hvcC5leGFtcGxl";
  const signature = createHmac("sha256", "key one").update(`dropgate-session-1:${old}`);
  const token = `${old}.${signature.digest("base64url")}`;
  assertEquals(new SessionSigner("key one").read(token), SESSION);
  assertEquals(new SessionSigner("key one").sign(SESSION), token);
});

Deno.test("SessionSigner reads nothing from a payload that was signed and is no session", () => {
  const signer = new SessionSigner("key one");
  for (
    const text of [
      "0~1900000000000~ann~",
      "0~1900000000000~ann~gold",
      "0~1900000000000~ann~[]",
      '0~1900000000000~ann~{"a":1}',
      '0~1900000000000~ann~{"a":"b"}~',
      "0~1900000000000~a b",
      "x~1900000000000~ann",
      "0~ann",
    ]
  ) {
    const payload = Buffer.from(text).toString("base64url");
    const hmac = createHmac("sha256", "key one").update(`dropgate-session-1:${payload}`);
    assertEquals(signer.read(`${payload}.${hmac.digest("base64url")}`), null, text);
  }
});

Deno.test("SessionSigner refuses to sign what it could not read again", () => {
  const claims = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`c${i}`, "x".repeat(64)]),
  );
  assertThrows(() => new SessionSigner("k").sign({ ...SESSION, claims }), RangeError, "3072");
});
