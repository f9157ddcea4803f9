import { assertEquals, assertThrows } from "@std/assert";
import { ByteSlab } from "./byte_slab.ts";

Deno.test("ByteSlab gives back what it was given, across its chunks", () => {
  const slab = new ByteSlab();
  const long = "x".repeat(300_000);
  const texts = Array.from({ length: 60 }, (_, number) => `${number} ${long} é`);
  for (const text of texts) slab.appendText(text);
  const source = new TextEncoder().encode("from here to there");
  assertEquals(slab.append(source, 5, 9), 60);
  assertEquals(slab.length, 61);
  const decoder = new TextDecoder();
  for (const [number, text] of texts.entries()) {
    assertEquals(decoder.decode(slab.get(number)) === text, true, `text ${number}`);
  }
  assertEquals(decoder.decode(slab.get(60)), "here");
});

Deno.test("ByteSlab says what it does not have and what is too long", () => {
  const slab = new ByteSlab();
  assertThrows(() => slab.get(0), RangeError, "number is 0");
  assertThrows(() => slab.appendText("x".repeat(2_000_000)), RangeError, "Cannot keep");
});
