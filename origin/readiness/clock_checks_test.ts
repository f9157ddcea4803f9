import { assertEquals, assertMatch } from "@std/assert";
import type { ProcessReport } from "../../shared/process_report.ts";
import { ClockWatch } from "./clock_watch.ts";
import { measureOffset } from "./store_probes.ts";
import { NOW, ReadySystem, server } from "./testing/ready_system.ts";
import { good } from "./readiness.ts";

/** Reports of one process whose clock is ahead by so much, each with its own way here. */
function observe(
  watch: ClockWatch,
  aheadMs: number,
  waysMs: number[],
  fields: Partial<ProcessReport> = {},
): void {
  const system = new ReadySystem();
  waysMs.forEach((wayMs, at) => {
    const sentAt = NOW + at * 500 + aheadMs;
    const { report } = system.taken({ sentAt, processId: "p1", ...fields });
    watch.observe({ now: NOW, reports: [{ report, takenAt: NOW + at * 500 + wayMs }] });
  });
}

Deno.test("ClockWatch takes the least lateness: a report can only seem late", () => {
  const watch = new ClockWatch();
  observe(watch, 0, [300, 12, 180]);
  assertEquals(watch.latenesses(), [{ processId: "p1", kind: "edge", leastMs: 12, samples: 3 }]);
  // The same report again says nothing new, and processes that are gone are forgotten.
  const ahead = new ClockWatch();
  observe(ahead, 250, [300, 12, 180]);
  assertEquals(ahead.latenesses()[0]?.leastMs, -238);
  ahead.observe({ now: NOW, reports: [] });
  assertEquals(ahead.latenesses(), []);
});

Deno.test("ClockWatch remembers the last ten reports, each once", () => {
  const watch = new ClockWatch();
  observe(watch, 0, [1, ...Array.from({ length: 10 }, () => 50)]);
  assertEquals(watch.latenesses()[0], {
    processId: "p1",
    kind: "edge",
    leastMs: 50,
    samples: 10,
  });
  observe(watch, 0, [7, 9, 9]);
  assertEquals(watch.latenesses()[0]?.samples, 10);
});

Deno.test("clocks: a server more than 100 ms apart is red, unless its answer took that long", async () => {
  const system = new ReadySystem();
  const line = await system.line("clocks");
  assertEquals([line.ok, line.detail], [true, "Redis +3 ms, MySQL −2 ms, 4 processes within 5 ms"]);
  for (
    const [offsetMs, uncertaintyMs, ok] of [
      [100, 0, true],
      [103, 2, false],
      [-103, 2, false],
      [150, 60, true],
      [5_000, 60, false],
    ] as const
  ) {
    system.database = { ...server("MySQL", good("fine"), 0), clock: { offsetMs, uncertaintyMs } };
    const { ok: isOk, detail } = await system.line("clocks");
    assertEquals(isOk, ok, `${offsetMs} ± ${uncertaintyMs}`);
    if (!ok) assertMatch(detail, offsetMs > 0 ? /MySQL is \d+ ms ahead/ : /MySQL is \d+ ms behind/);
  }
});

Deno.test("clocks: a process ahead is red at once, one behind after three reports", async () => {
  const judge = async (aheadMs: number, waysMs: number[]) => {
    const system = new ReadySystem();
    observe(system.clocks, aheadMs, waysMs, { processId: "w1", kind: "worker" });
    // What the list has last is the same report again.
    system.reports = [];
    const clocks = { observe: () => {}, latenesses: () => system.clocks.latenesses() };
    return await system.line("clocks", { clocks });
  };
  assertEquals((await judge(0, [20, 30, 40])).ok, true);
  assertEquals((await judge(0, [400, 350])).ok, true, "the way may be all of it");
  assertEquals((await judge(0, [400, 350, 90])).ok, true);
  const behind = await judge(-300, [20, 30, 40]);
  assertEquals([behind.ok, behind.detail], [false, "a worker is 320 ms behind"]);
  const ahead = await judge(300, [20]);
  assertEquals([ahead.ok, ahead.detail], [false, "a worker is 280 ms ahead"]);
  assertMatch(ahead.advice!, /NTP/);
});

Deno.test("clocks: with one clock for everything there is nothing to compare", async () => {
  const system = new ReadySystem();
  system.ledgerServer = { ...system.ledgerServer, clock: null };
  system.database = { ...system.database, clock: null };
  system.reports = [];
  assertEquals((await system.line("clocks")).detail, "Everything here runs by one clock");
});

Deno.test("measureOffset() believes the answer that came fastest", async () => {
  let now = 1_000;
  const trips = [[400, 10], [20, 4], [90, 90], [30, 30]];
  const ask = () => {
    const [there, back] = trips.shift()!;
    now += there!;
    const theirs = now + 50;
    now += back!;
    return Promise.resolve(theirs);
  };
  assertEquals(await measureOffset(ask, () => now), { offsetMs: 58, uncertaintyMs: 12 });
});
