import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { findNumber, sha256Words } from "./slider_sha256.js";

function hex(text: string): string {
  return Array.from(sha256Words(text), (word) => word.toString(16).padStart(8, "0")).join("");
}

Deno.test("sha256Words() is SHA-256 at every length that it takes", () => {
  for (let length = 0; length <= 55; length += 1) {
    const text = "slider".repeat(10).slice(0, length);
    assertEquals(hex(text), createHash("sha256").update(text).digest("hex"), `length ${length}`);
  }
  assertThrows(() => sha256Words("x".repeat(56)), RangeError, "55");
});

Deno.test("findNumber() finds the least number whose hash begins with the zero bits", () => {
  const number = findNumber("some-salt", 3, 10);
  const firstBits = (n: number) => parseInt(hex(`some-salt:3:${n}`).slice(0, 8), 16) >>> 22;
  assertEquals(firstBits(number), 0);
  for (let n = 0; n < number; n += 1) assert(firstBits(n) !== 0);
});
