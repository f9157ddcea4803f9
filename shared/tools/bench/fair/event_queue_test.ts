import { assertEquals } from "@std/assert";
import { Chance } from "./chance.ts";
import { EventQueue } from "./event_queue.ts";

Deno.test("EventQueue lets things happen in the order of their times, then of their coming", () => {
  const queue = new EventQueue(100);
  const chance = new Chance(3);
  const expected: { atMs: number; order: number }[] = [];
  const seen: { atMs: number; order: number }[] = [];
  for (let order = 0; order < 2_000; order += 1) {
    const entry = { atMs: 100 + Math.floor(chance.between(0, 300)), order };
    expected.push(entry);
    queue.at(entry.atMs, () => seen.push({ atMs: queue.nowMs, order }));
  }
  expected.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
  assertEquals(queue.runUntil(1_000), 2_000);
  assertEquals(seen, expected);
});

Deno.test("EventQueue takes what events plan, up to its end, and never the past", () => {
  const queue = new EventQueue(0);
  const seen: number[] = [];
  const tick = () => {
    seen.push(queue.nowMs);
    queue.after(10, tick);
  };
  queue.after(-5, tick);
  assertEquals(queue.runUntil(30), 4);
  assertEquals(seen, [0, 10, 20, 30]);
});
