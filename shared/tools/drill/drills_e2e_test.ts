import { assert, assertEquals } from "@std/assert";
import { RunningTool } from "../launch/running_tool.ts";
import { DRILLS } from "./drills.ts";

/** Bound of the short drills together, servers included: they take four minutes on two cores. */
const SHORT_TIMEOUT_MS = 600_000;

Deno.test("drill short breaks systems in the ways that are quick to try, and every promise holds", async () => {
  const tool = new RunningTool("drill/main.ts", ["short", "--patient"], {});
  const timer = setTimeout(() => tool.signal("SIGTERM"), SHORT_TIMEOUT_MS);
  const status = await tool.ended();
  clearTimeout(timer);
  const printed = tool.lines.join("\n");
  const expected = DRILLS.filter(({ short }) => short).length;
  assert(tool.lines.includes(`${expected} passed, 0 failed`), printed);
  assertEquals(status, 0, printed);
});
