/** Counts of one or more runs of `deno test`. */
export interface TestSummary {
  passed: number;
  failed: number;
  ignored: number;
}

/** Before anything was counted. */
export const NO_SUMMARY: TestSummary = { passed: 0, failed: 0, ignored: 0 };

// deno-lint-ignore no-control-regex -- colours begin with an escape character
const COLORS = /\x1b\[[0-9;]*m/g;

/** The last line of `deno test`, as in `ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)`. */
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/;

/** The counts with those of `line` added, if it is a summary. */
export function addSummaryLine(summary: TestSummary, line: string): TestSummary {
  const plain = line.replace(COLORS, "").trim();
  const match = SUMMARY.exec(plain);
  if (!match) return summary;
  const ignored = / \| (\d+) ignored/.exec(plain);
  return {
    passed: summary.passed + Number(match[1]),
    failed: summary.failed + Number(match[2]),
    ignored: summary.ignored + Number(ignored?.[1] ?? 0),
  };
}
