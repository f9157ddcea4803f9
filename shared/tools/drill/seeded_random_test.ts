import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { seededRandom, seedOf } from "./seeded_random.ts";

const some = (seed: number) => Array.from({ length: 1_000 }, seededRandom(seed));

Deno.test("seededRandom() gives the same numbers for the same seed and others for another", () => {
  assertEquals(some(7), some(7));
  assertNotEquals(some(7), some(8));
});

Deno.test("seededRandom() gives numbers from 0 to 1, as many small ones as large ones", () => {
  const numbers = some(1);
  assert(numbers.every((number) => number >= 0 && number < 1));
  const small = numbers.filter((number) => number < 0.5).length;
  assert(small > 400 && small < 600, String(small));
});

Deno.test("seedOf() gives each part of a run a seed of its own", () => {
  assertEquals(seedOf(1, "crowd"), seedOf(1, "crowd"));
  assertNotEquals(seedOf(1, "crowd"), seedOf(1, "stage"));
  assertNotEquals(seedOf(1, "crowd"), seedOf(2, "crowd"));
});
