import { assertEquals } from "@std/assert";
import { BoundedLines, type LineLog, LINES_PER_SECOND } from "./bounded_lines.ts";

function makeLog(isDebug: boolean) {
  const lines: Record<string, unknown>[] = [];
  const write = (text: string, values: Record<string, unknown>) => lines.push({ text, ...values });
  const log = { info: write, warning: write, isEnabledFor: () => isDebug } as unknown as LineLog;
  return { lines, log };
}

Deno.test("BoundedLines writes so many a second and then says how many it left out", () => {
  let nowMs = 0;
  const { lines, log } = makeLog(false);
  const bounded = new BoundedLines(log, () => nowMs);
  let made = 0;
  const write = () =>
    bounded.info("Batch", () => {
      made += 1;
      return { made };
    });
  for (let at = 0; at < LINES_PER_SECOND + 7; at += 1) write();
  assertEquals([lines.length, made], [LINES_PER_SECOND, LINES_PER_SECOND]);
  nowMs = 1_000;
  write();
  write();
  assertEquals(lines.slice(-2), [
    { text: "Batch", made: LINES_PER_SECOND + 1, leftOut: 7 },
    { text: "Batch", made: LINES_PER_SECOND + 2 },
  ]);
});

Deno.test("BoundedLines writes every line when all lines are wanted", () => {
  const { lines, log } = makeLog(true);
  const bounded = new BoundedLines(log, () => 0);
  for (let at = 0; at < 3 * LINES_PER_SECOND; at += 1) bounded.warning("Late", () => ({ at }));
  assertEquals(lines.length, 3 * LINES_PER_SECOND);
});
