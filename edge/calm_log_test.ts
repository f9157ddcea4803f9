import { assertEquals } from "@std/assert";
import { type CalmLog, calmLog } from "./calm_log.ts";
import { FakeTimers } from "./testing/fake_timers.ts";

type Line = [string, Record<string, unknown>];

/** A log that keeps what it is told, by level. */
function keeper() {
  const lines: Line[] = [];
  const errors: Line[] = [];
  const sink = {
    warning: (...line: Line) => lines.push(line),
    error: (...line: Line) => errors.push(line),
  } as unknown as CalmLog;
  return { lines, errors, sink };
}

Deno.test("calmLog() writes a text once a second and counts the rest", async () => {
  const timers = new FakeTimers(0);
  const { lines, sink } = keeper();
  const log = calmLog(sink, timers.clock);
  for (let i = 0; i < 1_000; i += 1) log.warning("Cannot {what}", { what: `read ${i}` });
  log.warning("Another", {});
  assertEquals(lines, [["Cannot {what}", { what: "read 0" }], ["Another", {}]]);
  await timers.advance(1_000);
  log.warning("Cannot {what}", { what: "read again" });
  assertEquals(lines[2], [
    "Cannot {what} ({unsaid} more like it were not written)",
    { what: "read again", unsaid: 999 },
  ]);
  await timers.advance(1_000);
  log.warning("Cannot {what}", { what: "once" });
  assertEquals(lines[3], ["Cannot {what}", { what: "once" }]);
});

Deno.test("calmLog() keeps errors apart from warnings, and calms them as well", () => {
  const { lines, errors, sink } = keeper();
  const log = calmLog(sink, () => 0);
  for (let i = 0; i < 1_000; i += 1) {
    log.error("Failed", { i });
    log.warning("Failed", { i });
  }
  assertEquals([lines, errors], [[["Failed", { i: 0 }]], [["Failed", { i: 0 }]]]);
});

Deno.test("calmLog() is not silent for as long as the clock was set back", () => {
  const { lines, sink } = keeper();
  let nowMs = 10_000_000;
  const log = calmLog(sink, () => nowMs);
  for (let i = 0; i < 3; i += 1) log.warning("Again", {});
  nowMs -= 3_600_000;
  for (let i = 0; i < 3; i += 1) log.warning("Again", {});
  assertEquals(lines.length, 2);
  assertEquals(lines[1]![1], { unsaid: 2 });
});
