import { assertEquals } from "@std/assert";
import { calmLog, type WarningLog } from "./calm_log.ts";
import { FakeTimers } from "./testing/fake_timers.ts";

Deno.test("calmLog() writes a text once a second and counts the rest", async () => {
  const timers = new FakeTimers(0);
  const lines: [string, Record<string, unknown>][] = [];
  const sink = {
    warning: (text: string, values: Record<string, unknown>) => lines.push([text, values]),
  } as unknown as WarningLog;
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
