import { assertEquals } from "@std/assert";
import { FailureRest, FIRST_REST_MS, FREE_FAILURES, MAX_REST_MS } from "./failure_rest.ts";

const NOW = 1_000_000;

Deno.test("FailureRest lets people slip, and forgets when they are right", () => {
  const rest = new FailureRest();
  const slip = () => {
    for (let count = 0; count < FREE_FAILURES; count += 1) rest.noteFailed("ann", NOW);
  };
  slip();
  assertEquals(rest.restMs("ann", NOW), 0);
  rest.noteSolved("ann");
  slip();
  assertEquals(rest.restMs("ann", NOW), 0);
  assertEquals(rest.restMs("bob", NOW), 0);
});

Deno.test("FailureRest makes the rest longer with every wrong answer, up to its bound", () => {
  const rest = new FailureRest();
  let now = NOW;
  const rests: number[] = [];
  for (let failures = 0; failures < 12; failures += 1) {
    rest.noteFailed("ann", now);
    rests.push(rest.restMs("ann", now));
    now += rest.restMs("ann", now);
    assertEquals(rest.restMs("ann", now), 0, "after the rest a slider is to be had");
  }
  assertEquals(rests.slice(0, 7), [
    0,
    0,
    0,
    0,
    FIRST_REST_MS,
    2 * FIRST_REST_MS,
    4 * FIRST_REST_MS,
  ]);
  assertEquals(rests.at(-1), MAX_REST_MS);
});

Deno.test("FailureRest forgets after half an hour, and stays bounded", () => {
  const rest = new FailureRest(100);
  for (let count = 0; count <= FREE_FAILURES; count += 1) rest.noteFailed("ann", NOW);
  assertEquals(rest.restMs("ann", NOW + 1_000), FIRST_REST_MS - 1_000);
  rest.noteFailed("ann", NOW + 31 * 60_000);
  assertEquals(rest.restMs("ann", NOW + 31 * 60_000), 0);
  for (let user = 0; user < 10_000; user += 1) rest.noteFailed(`user-${user}`, NOW);
});
