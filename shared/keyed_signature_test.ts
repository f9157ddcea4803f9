import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { createHmac } from "node:crypto";
import { KeyedSignature, SIGNATURE_LENGTH } from "./keyed_signature.ts";

Deno.test("KeyedSignature is the HMAC of its purpose and the text", () => {
  const signature = new KeyedSignature("key", "purpose-1:", 300);
  for (const text of ["", "a", "x".repeat(300), "a", ""]) {
    const expected = createHmac("sha256", "key").update(`purpose-1:${text}`).digest("base64url");
    assertEquals(signature.of(text), expected);
    assertEquals(expected.length, SIGNATURE_LENGTH);
  }
});

Deno.test("KeyedSignature.isOf() tells its own from others", () => {
  const one = new KeyedSignature("key", "one:", 20), two = new KeyedSignature("key", "two:", 20);
  assertNotEquals(one.of("text"), two.of("text"));
  assertEquals(one.isOf(one.of("text"), "text"), true);
  for (const other of ["", one.of("texT"), two.of("text"), one.of("text").slice(1)]) {
    assertEquals(one.isOf(other, "text"), false);
  }
});

Deno.test("KeyedSignature refuses texts that are too long", () => {
  assertThrows(() => new KeyedSignature("key", "p:", 3).of("abcd"), RangeError, "at most 3");
});
