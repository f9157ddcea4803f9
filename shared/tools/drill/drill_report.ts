import type { Drill } from "./drill.ts";
import type { DrillResult } from "./run_drill.ts";

/** What `list` prints. */
export function listText(drills: readonly Drill[]): string {
  const lines = drills.flatMap((drill) => {
    const marks = [drill.short ? "short" : "", drill.repeated ? "repeated" : ""].filter(Boolean);
    return [
      `${drill.name}  (about ${drill.takesS} s${marks.map((mark) => `, ${mark}`).join("")})`,
      `    breaks  ${drill.fault}`,
      `    proves  ${drill.promise}`,
    ];
  });
  const minutes = drills.reduce((sum, { takesS }) => sum + takesS, 0) / 60;
  return [...lines, "", `${drills.length} drills, about ${Math.ceil(minutes)} minutes`].join("\n");
}

/** What one drill counted, and how it ended. */
export function resultLines(result: DrillResult): string[] {
  const { view, counts, orders, slowest, violations, seconds } = result;
  const refusals = pairs(view.refusals);
  const lines = [
    `answers   ${view.answered} to buys: ${view.reserved} reserved, ${view.processing} processing, ` +
    `${view.soldOut} sold out${
      refusals && `, refused: ${refusals}`
    }; ${view.unanswered} without one`,
    `orders    ${pairs(orders) || "none"}`,
    `counts    ${pairs({ ...counts })}`,
    `slowest   ${slowestText(result)}${slowest ? ` (${slowest.status} ${slowest.code})` : ""}`,
    ...violations.map(({ rule, text }) => `VIOLATED  ${rule}: ${text}`),
  ];
  const end = violations.length === 0 ? "passed" : "FAILED";
  return [...lines, `${end}    ${result.name}, seed ${result.seed}, ${seconds.toFixed(1)} s`];
}

const COLUMNS = [
  "drill",
  "seed",
  "s",
  "reserved",
  "lost",
  "doubled",
  "oversold",
  "undersold",
  "slowest ms",
  "result",
];

/** All results as a table. */
export function tableText(results: readonly DrillResult[]): string {
  const rows = results.map(({ name, seed, seconds, view, counts, slowest, violations }) => [
    name,
    String(seed),
    seconds.toFixed(1),
    String(view.reserved),
    String(counts.lost),
    String(counts.doubled),
    String(counts.oversold),
    String(counts.undersold),
    slowest ? String(slowest.ms) : "–",
    violations.length === 0 ? "passed" : "FAILED",
  ]);
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: string[]) =>
    cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column === cells.length - 1
        ? cell.padEnd(width)
        : cell.padStart(width);
    }).join("  ").trimEnd();
  return [line(COLUMNS), ...rows.map(line)].join("\n");
}

/** The last line: `N passed, N failed`. */
export function verdictLine(results: readonly DrillResult[]): string {
  const failed = results.filter(({ violations }) => violations.length > 0).length;
  return `${results.length - failed} passed, ${failed} failed`;
}

function slowestText({ slowest }: DrillResult): string {
  return slowest ? `answer ${slowest.ms} ms` : "no answer";
}

function pairs(counts: Record<string, number>): string {
  return Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", ");
}
