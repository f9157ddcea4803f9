import { assert, assertEquals, assertFalse, assertMatch, assertNotEquals } from "@std/assert";
import { equalInConstantTime, makeSecret, secretCheck } from "./secret.ts";

Deno.test("secretCheck() takes the secret and nothing that only resembles it", () => {
  const isKey = secretCheck("a-secret-of-some-length");
  assert(isKey("a-secret-of-some-length"));
  for (
    const wrong of [
      undefined,
      "",
      "a",
      "a-secret-of-some-lengt",
      "a-secret-of-some-length ",
      "a-secret-of-some-length\0",
      "A-secret-of-some-length",
    ]
  ) {
    assertFalse(isKey(wrong), String(wrong));
  }
});

Deno.test("secretCheck() of an empty secret does not take a missing one", () => {
  assertFalse(secretCheck("")(undefined));
});

Deno.test("makeSecret() makes 256 bits of text that are never the same", () => {
  assertMatch(makeSecret(), /^[A-Za-z0-9_-]{43}$/);
  assertNotEquals(makeSecret(), makeSecret());
  assertEquals(makeSecret((bytes) => bytes.fill(255)), `${"_".repeat(42)}8`);
});

Deno.test("equalInConstantTime() tells texts apart wherever they differ", () => {
  const text = "abcdefghijklmnopqrstuvwxyz0123456789";
  assertEquals(equalInConstantTime(text, text), true);
  for (let at = 0; at < text.length; at += 1) {
    assertEquals(equalInConstantTime(`${text.slice(0, at)}X${text.slice(at + 1)}`, text), false);
  }
  assertEquals(equalInConstantTime(text.slice(1), text), false);
  assertEquals(equalInConstantTime("", text), false);
});
