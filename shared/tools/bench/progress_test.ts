import { assertEquals, assertMatch } from "@std/assert";
import { Progress, progressLine } from "./progress.ts";

Deno.test("progressLine() shows a share of a count, of a time, or only the count", () => {
  assertEquals(
    progressLine("buying", 1_500, 6_000, 500, 0),
    "buying                 ██████░░░░░░░░░░░░░░░░░░  25 %  1,500 · 3,000/s",
  );
  assertMatch(progressLine("buying", 10, 6_000, 500, 1_000), / 50 % {2}10 · 20\/s$/);
  assertMatch(progressLine("buying", 10, 0, 500, 0), /^buying +10 · 20\/s$/);
  assertMatch(progressLine("buying", 12, 10, 0, 0), / 100 % {2}12$/);
});

Deno.test("Progress keeps to one line on a terminal and writes plain lines elsewhere", () => {
  for (const isTerminal of [true, false]) {
    let written = "";
    const progress = new Progress({ write: (text) => written += text, isTerminal }, () => 0);
    progress.say("begin");
    progress.begin("buying", () => 5, 5).end();
    const plain = written.replaceAll("\r", "<start>").replaceAll("\u001b[K", "<clear>");
    assertMatch(
      plain,
      isTerminal ? /^begin\n<start>buying .* 100 % .*<clear>\n$/ : /^begin\nbuying .* 5\n$/,
    );
  }
});
