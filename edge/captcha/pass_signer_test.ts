import { assert, assertEquals, assertThrows } from "@std/assert";
import { SessionSigner } from "../../shared/session.ts";
import { randomId } from "./challenge.ts";
import { MAX_PASS_LENGTH, PassSigner } from "./pass_signer.ts";

const NOW_MS = Date.UTC(2030, 0, 15, 12);
const KEY = "session-key-of-the-tests";
const signer = new PassSigner(KEY);
const PASS = { passId: "A".repeat(22), expiresAt: NOW_MS + 1_000 };

Deno.test("PassSigner reads what it signed, for its user and sale, until its end", () => {
  const text = signer.sign(PASS, "ann", 7);
  assertEquals(signer.read(text, "ann", 7, NOW_MS), PASS);
  assertEquals(signer.read(text, "ann", 7, NOW_MS + 999), PASS);
  assertEquals(signer.read(text, "ann", 7, NOW_MS + 1_000), null);
  assertEquals(signer.read(text, "bob", 7, NOW_MS), null);
  assertEquals(signer.read(text, "an", 7, NOW_MS), null);
  assertEquals(signer.read(text, "ann", 8, NOW_MS), null);
  assertEquals(new PassSigner("another key").read(text, "ann", 7, NOW_MS), null);
});

Deno.test("PassSigner takes the longest of everything", () => {
  const user = "u".repeat(64), sale = Number.MAX_SAFE_INTEGER;
  const text = signer.sign({ ...PASS, expiresAt: 9_999_999_999_999 }, user, sale);
  assert(text.length <= MAX_PASS_LENGTH, String(text.length));
  assertEquals(signer.read(text, user, sale, NOW_MS)?.passId, PASS.passId);
  assertThrows(() => signer.sign({ ...PASS, passId: "short" }, "ann", 7), TypeError);
});

Deno.test("PassSigner reads no pass of another user or sale in 1,000 tries", () => {
  let accepted = 0;
  for (let count = 0; count < 1_000; count += 1) {
    const pass = { passId: randomId(), expiresAt: NOW_MS + 1_000 };
    const text = signer.sign(pass, `user-${count}`, 1 + count % 7);
    if (signer.read(text, `user-${count + 1}`, 1 + count % 7, NOW_MS)) accepted += 1;
    if (signer.read(text, `user-${count}`, 2 + count % 7, NOW_MS)) accepted += 1;
  }
  console.log(`Passes used by another user or for another sale: ${accepted} of 2,000 accepted`);
  assertEquals(accepted, 0);
});

Deno.test("PassSigner reads null from what is no pass", () => {
  const good = signer.sign(PASS, "ann", 7);
  const [payload, signature] = good.split(".") as [string, string];
  const session = new SessionSigner(KEY).sign({
    userId: "ann",
    level: 0,
    expiresAt: PASS.expiresAt,
  });
  const forged = [
    "",
    ".",
    payload,
    `${payload}.`,
    `.${signature}`,
    `${payload}.${"A".repeat(43)}`,
    `${payload}=.${signature}`,
    `${payload}A.${signature}`,
    ` ${good}`,
    `${good} `,
    `${good}.x`,
    session,
    "x".repeat(10_000),
    "é".repeat(60) + `.${signature}`,
  ];
  for (const text of forged) assertEquals(signer.read(text, "ann", 7, NOW_MS), null, text);
  for (let at = 0; at < good.length; at += 1) {
    const other = good[at] === "A" ? "B" : "A";
    const changed = good.slice(0, at) + other + good.slice(at + 1);
    assertEquals(signer.read(changed, "ann", 7, NOW_MS), null, changed);
  }
  assertEquals(new SessionSigner(KEY).read(good), null);
});
