import type { Invariant } from "./drill.ts";

/** A broken promise, or a drill that did not do what it is for. */
export interface Violation {
  /** `time` for bounds, `drill` for expectations of the drill itself and faults that nobody saw. */
  rule: Invariant | "time" | "drill";
  text: string;
}

/** What the checks count, for the drill's result. */
export interface Counts {
  lost: number;
  doubled: number;
  oversold: number;
  undersold: number;
}

/** What a check found. */
export interface Findings {
  violations: Violation[];
  counts: Counts;
}

/** Examples that one violation names; the rest is counted. */
const MAX_EXAMPLES = 3;

/** One violation for all cases of a kind; none when there is no case. */
export function violationOf(
  rule: Violation["rule"],
  what: string,
  cases: readonly string[],
): Violation[] {
  if (cases.length === 0) return [];
  const more = cases.length > MAX_EXAMPLES ? ` and ${cases.length - MAX_EXAMPLES} more` : "";
  return [{
    rule,
    text: `${cases.length} ${what}: ${cases.slice(0, MAX_EXAMPLES).join(", ")}${more}`,
  }];
}

/** The sum of what several checks found. */
export function merged(all: Findings[]): Findings {
  const counts = noCounts();
  for (const found of all) {
    for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] += found.counts[name];
  }
  return { violations: all.flatMap(({ violations }) => violations), counts };
}

/** Nothing lost, doubled, oversold or undersold. */
export function noCounts(): Counts {
  return { lost: 0, doubled: 0, oversold: 0, undersold: 0 };
}
