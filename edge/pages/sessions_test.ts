import { assertEquals } from "@std/assert";
import { SAMPLE_NOW_MS as NOW, sampleSale } from "../testing/sample_sale.ts";
import {
  courseOf,
  groupSessions,
  inReadingOrder,
  nextChangeMs,
  salesByInterest,
} from "./sessions.ts";

const HOUR = 3_600_000;

function saleAt(saleId: number, startsIn: number, hours = 1, changes = {}) {
  const startsAt = NOW + startsIn * HOUR;
  return sampleSale(saleId, { startsAt, endsAt: startsAt + hours * HOUR, ...changes });
}

Deno.test("groupSessions() makes one slot of the sales that start in one minute", () => {
  const sales = [saleAt(1, 2), saleAt(2, -3), saleAt(3, 2, 4), saleAt(4, -0.5)];
  sales[2]!.startsAt += 30_000;
  const sessions = groupSessions(sales, NOW);
  assertEquals(
    sessions.map(({ state, sales }) => [state, ...sales.map((sale) => sale.saleId)]),
    [["ended", 2], ["open", 4], ["upcoming", 1, 3]],
  );
  assertEquals(sessions[2]!.endsAt, NOW + 6 * HOUR);
});

Deno.test("inReadingOrder() puts what runs first and the past last, newest first", () => {
  const sales = [-9, -5, -0.5, 1, 8].map((startsIn, at) => saleAt(at, startsIn));
  const order = inReadingOrder(groupSessions(sales, NOW)).map(({ sales }) => sales[0]!.saleId);
  assertEquals(order, [2, 3, 4, 1, 0]);
});

Deno.test("courseOf() is the operator's word before the clock's", () => {
  assertEquals(courseOf(saleAt(1, -0.5), NOW), "open");
  assertEquals(courseOf(saleAt(1, -0.5, 1, { paused: true }), NOW), "paused");
  assertEquals(courseOf(saleAt(1, 1, 1, { closed: true }), NOW), "ended");
  assertEquals(courseOf(saleAt(1, 1), NOW), "upcoming");
  assertEquals(courseOf(saleAt(1, -1), NOW), "ended");
});

Deno.test("nextChangeMs() is the next start or end of a sale that is not closed", () => {
  assertEquals(nextChangeMs([], NOW), Infinity);
  assertEquals(nextChangeMs([saleAt(1, -3)], NOW), Infinity);
  assertEquals(nextChangeMs([saleAt(1, -0.5), saleAt(2, 2)], NOW), NOW + 0.5 * HOUR);
  assertEquals(
    nextChangeMs([saleAt(1, 2, 1, { closed: true }), saleAt(2, 3)], NOW),
    NOW + 3 * HOUR,
  );
});

Deno.test("salesByInterest() puts what comes next before what comes later", () => {
  const sales = [9, 2, -0.5, -0.7, -5, -9].map((startsIn, at) => saleAt(at, startsIn));
  sales[3]!.paused = true;
  assertEquals(salesByInterest(sales, NOW).map(({ saleId }) => saleId), [2, 3, 1, 0, 4, 5]);
});
