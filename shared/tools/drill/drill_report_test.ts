import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { viewOf } from "./crowd_process.ts";
import { DRILLS } from "./drills.ts";
import { listText, resultLines, tableText, verdictLine } from "./drill_report.ts";
import { noCounts } from "./findings.ts";
import type { DrillResult } from "./run_drill.ts";
import { line } from "./check_fixture.ts";

const passed: DrillResult = {
  name: "one",
  seed: 1,
  seconds: 12.34,
  violations: [],
  counts: noCounts(),
  view: viewOf([line(1), line(2, { status: 503, code: "paused" })]),
  orders: { unpaid: 3, paid: 1 },
  slowest: { ms: 250, user: "u1", status: 201, code: "reserved" },
  dir: "/tmp/one",
};

const failed: DrillResult = {
  ...passed,
  name: "another-one",
  seed: 2,
  counts: { ...noCounts(), lost: 2 },
  violations: [{ rule: "I4", text: "2 tickets were reserved and have no order: a, b" }],
  slowest: null,
};

Deno.test("verdictLine() counts what passed and what failed", () => {
  assertEquals(verdictLine([passed, failed, passed]), "2 passed, 1 failed");
  assertEquals(verdictLine([]), "0 passed, 0 failed");
});

Deno.test("resultLines() tells what was counted and every violation", () => {
  const text = resultLines(failed).join("\n");
  assertStringIncludes(text, "1 reserved");
  assertStringIncludes(text, "refused: 1 paused");
  assertStringIncludes(text, "3 unpaid, 1 paid");
  assertStringIncludes(text, "2 lost, 0 doubled, 0 oversold, 0 undersold");
  assertStringIncludes(text, "VIOLATED  I4: 2 tickets were reserved and have no order: a, b");
  assertStringIncludes(text, "FAILED    another-one, seed 2, 12.3 s");
});

Deno.test("tableText() has a row for each drill in columns", () => {
  assertEquals(tableText([passed, failed]).split("\n"), [
    "drill        seed     s  reserved  lost  doubled  oversold  undersold  slowest ms  result",
    "one             1  12.3         1     0        0         0          0         250  passed",
    "another-one     2  12.3         1     2        0         0          0           –  FAILED",
  ]);
});

Deno.test("listText() describes every drill that there is", () => {
  const text = listText(DRILLS);
  for (const { name, promise, fault } of DRILLS) {
    assertStringIncludes(text, `${name}  (about`);
    assertStringIncludes(text, promise);
    assertStringIncludes(text, fault);
  }
});

Deno.test("drills have names of their own that people can type", () => {
  const names = DRILLS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name), name);
  for (const word of ["all", "list", "short", "teeth"]) assert(!names.includes(word), word);
});
