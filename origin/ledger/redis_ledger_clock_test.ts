import { assertEquals, assertThrows } from "@std/assert";
import { RedisClock } from "./redis_ledger_clock.ts";

Deno.test("RedisClock deadline() needs an answer first", () => {
  const clock = new RedisClock(() => 1000);
  assertEquals(clock.known, false);
  assertThrows(() => clock.deadline(5), TypeError, "must be known");
});

Deno.test("RedisClock learn() begins with the earliest deadline that is possible", () => {
  const clock = new RedisClock(() => 1000);
  clock.learn(900, 5000);
  assertEquals(clock.deadline(10), 5010);
});

Deno.test("RedisClock learn() keeps the tightest bounds", () => {
  let now = 1000;
  const clock = new RedisClock(() => now);
  // The true distance is 4000. A slow answer leaves 3950 to 4050.
  clock.learn(950, 4950 + 0);
  assertEquals(clock.deadline(0) - now, 3950);
  now = 2000;
  clock.learn(1999, 5999);
  assertEquals(clock.deadline(0) - now, 3999);
  now = 3000;
  clock.learn(2000, 6500);
  assertEquals(clock.deadline(0) - now, 3999);
});

Deno.test("RedisClock learn() follows another server", () => {
  const clock = new RedisClock(() => 1000);
  clock.learn(1000, 5000);
  clock.learn(999, 2000);
  assertEquals(clock.deadline(0), 2001);
  clock.learn(999, 9000);
  assertEquals(clock.deadline(0), 9000);
});
