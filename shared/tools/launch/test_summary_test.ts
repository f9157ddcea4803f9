import { assertEquals } from "@std/assert";
import { addSummaryLine, NO_SUMMARY } from "./test_summary.ts";

Deno.test("addSummaryLine() reads deno's last line in all its forms", () => {
  const lines = [
    "shop opens ... ok (3ms)",
    "ok | 12 passed | 0 failed (1s)",
    "\x1b[0m\x1b[31mFAILED\x1b[0m | 7 passed (3 steps) | 2 failed (1 step) | 1 ignored (1m2s)",
    "ok | 1 passed | 0 failed | 24 filtered out (11s)",
  ];
  assertEquals(lines.reduce(addSummaryLine, NO_SUMMARY), { passed: 20, failed: 2, ignored: 1 });
});
