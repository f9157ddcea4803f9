import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { SessionSigner } from "./session.ts";

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
