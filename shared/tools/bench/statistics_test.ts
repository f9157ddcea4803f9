import { assertEquals, assertThrows } from "@std/assert";
import { median, perSecond, ratio } from "./statistics.ts";

Deno.test("median() is the middle, whatever the order, and leaves the values alone", () => {
  const values = [9, 1, 5];
  assertEquals(median(values), 5);
  assertEquals(values, [9, 1, 5]);
  assertEquals(median([100, 9]), 54.5);
  assertEquals(median([10, 9, 100, 1]), 9.5);
  assertThrows(() => median([]), RangeError);
});

Deno.test("ratio() and perSecond() have an answer for nothing", () => {
  assertEquals(ratio(20, 80), 0.25);
  assertEquals(ratio(20, 0), 0);
  assertEquals(perSecond(500, 2_000), 250);
  assertEquals(perSecond(500, 0), 0);
});
