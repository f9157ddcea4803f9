import type { BenchResult, RoundResult } from "./bench_result.ts";
import { REPORT_STYLE } from "./report_style.ts";
import { latencyLine, ms, verdictLines, whole } from "./summary_text.ts";
import { barChart, escapeText, lineChart, type Series } from "./svg_chart.ts";

/** Rounds that a chart shows as lines of their own; more could not be told apart. */
const MAX_LINES = 4;

/** Percentiles that are marked on the latency curve's axis. */
const CURVE_TICKS = [50, 90, 99, 99.9, 99.99];

/** Where a percentile stands on an axis that gives each further nine the same room. */
function ninesOf(percent: number): number {
  return Math.min(5, -Math.log10(Math.max(1e-5, 1 - percent / 100)));
}

function seconds(value: number | null): string {
  return value === null ? "never" : `${value.toFixed(2)} s`;
}

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table>${head.length === 0 ? "" : cells("th", head)}${
    rows.map((row) => cells("td", row)).join("")
  }</table></div>`;
}

function headline(result: BenchResult): string {
  const { median, command, rounds } = result;
  const figures: [string, string][] = [
    ["accepted per second", whole(median.acceptedPerSecond)],
    ["p50 / p99 of accepted, ms", `${ms(median.p50)} / ${ms(median.p99)}`],
    ["orders written after", seconds(median.writtenAfterS)],
  ];
  if (command === "rush") figures.unshift(["answers per second", whole(median.answersPerSecond)]);
  if (median.echoPerSecond !== null && median.echoRatio !== null) {
    figures.push(["echo per second", whole(median.echoPerSecond)]);
    const what = command === "buy" ? "accepted : echo" : "answers : echo";
    figures.push([what, median.echoRatio.toFixed(3)]);
  }
  figures.push(["generator, share of a core", median.generatorCpuShare.toFixed(2)]);
  const note = rounds.length > 1 ? `<p class="quiet">Medians of ${rounds.length} rounds.</p>` : "";
  return `<div class="figures">${
    figures.map(([label, value]) =>
      `<div><b>${escapeText(value)}</b><span class="quiet">${escapeText(label)}</span></div>`
    ).join("")
  }</div>${note}`;
}

/** The course without a last step that the run's end cut short. */
function wholeSteps(round: RoundResult): RoundResult["course"] {
  const whole = Math.floor(round.elapsedS * 1000 / round.courseStepMs);
  return round.course.slice(0, Math.max(1, whole));
}

function charts(result: BenchResult): string {
  const shown = result.rounds.slice(-MAX_LINES);
  const first = result.rounds.length - shown.length + 1;
  const named = (points: (round: RoundResult) => Series["points"]): Series[] =>
    shown.map((round, index) => ({ name: `round ${first + index}`, points: points(round) }));
  const course = named((round) =>
    wholeSteps(round).map((step, index) => ({
      x: (index + 0.5) * round.courseStepMs / 1000,
      y: (result.command === "buy" ? step.reserved : step.all) / (round.courseStepMs / 1000),
    }))
  );
  const curve = named((round) =>
    round.curve.map(({ percent, ms }) => ({ x: ninesOf(percent), y: ms }))
  );
  const what = result.command === "buy" ? "Accepted" : "Answers";
  const bars = result.rounds.map((round, index) => ({
    name: `round ${index + 1}, ${what.toLowerCase()}`,
    value: result.command === "buy" ? round.acceptedPerSecond : round.answersPerSecond,
  }));
  const echo = result.echo.map(({ perSecond }, index) => ({
    name: `echo ${index + 1}`,
    value: perSecond,
  }));
  return barChart("Per second", [...bars, ...echo]) +
    lineChart({
      title: `${what} per second over the run`,
      xLabel: "seconds",
      yLabel: "per second",
      series: course,
    }) +
    lineChart({
      title: "Latency of accepted buys",
      xLabel: "percent of the buys were not slower",
      yLabel: "ms",
      series: curve,
      xTicks: CURVE_TICKS.map((percent) => ({ x: ninesOf(percent), label: `${percent} %` })),
    });
}

function roundSection(round: RoundResult, number: number): string {
  const { processing, proof, database } = round;
  const sold = `${whole(proof.unpaid)} unpaid, ${whole(proof.paid)} paid, ` +
    `${whole(proof.cancelled)} cancelled, ${whole(proof.refused)} refused, ` +
    `${whole(proof.remaining)} of ${whole(proof.stock)} left`;
  const rows: string[][] = [
    ["sale", `${round.saleId}, product ${round.productId}, ${whole(round.stock)} pieces`],
    [
      "buyers",
      `${whole(round.asked)} of ${whole(round.prepared)} asked` +
      (round.usedUp ? "; the run ended early, every prepared buyer had bought" : ""),
    ],
    ["time", `${round.elapsedS.toFixed(2)} s; last accepted ${round.lastReservedS.toFixed(2)} s`],
    ["accepted", `${whole(round.accepted)}, ${whole(round.acceptedPerSecond)}/s`],
    ["answers", `${whole(round.latency.count)}, ${whole(round.answersPerSecond)}/s`],
    ["latency of accepted, ms", latencyLine(round.reservedLatency)],
    ["latency of all, ms", latencyLine(round.latency)],
    [
      "processing",
      `${whole(processing.answers)} answers; ${whole(processing.ordered)} became orders, ` +
      `${whole(processing.refused)} refused, ${whole(processing.open)} open`,
    ],
    ["no answer", `${whole(round.unanswered)} buyers, ${whole(round.reconnects)} reconnects`],
    ["orders written", `${whole(round.rowsCounted)}, after ${seconds(round.writtenAfterS)}`],
    ["proof", `${proof.ok ? "ok" : "not ok"}: ${sold}`],
    [
      "database",
      database === null ? "not known" : `${whole(database.rows)} rows, ${whole(database.live)} ` +
        `live, ${whole(database.tickets)} tickets, ${whole(database.users)} buyers`,
    ],
    ["looked up by buyers", `${whole(round.ticketsLookedUp)} reserved tickets`],
  ];
  if (round.echoPerSecond !== null && round.echoRatio !== null) {
    rows.push(["echo", `${whole(round.echoPerSecond)}/s, ratio ${round.echoRatio.toFixed(3)}`]);
  }
  rows.push(["generator", `${round.generatorCpuShare.toFixed(2)} of a core`]);
  const kinds = Object.entries(round.kinds).map(([kind, count]) => [kind, whole(count)]);
  const samples = round.samples.length === 0
    ? ""
    : table(["unexpected answers, word by word"], round.samples.map((sample) => [sample]));
  return `<h2>Round ${number}</h2>${table([], rows)}${table(["answer", "count"], kinds)}${samples}`;
}

/** The whole report as one HTML document that needs nothing else. */
export function reportHtml(result: BenchResult): string {
  const { machine, system, settings } = result;
  const place = system.profile === "running" ? system.edgeUrl : `${system.profile} profile`;
  const amount = settings.seconds === null
    ? `${whole(settings.buyers ?? 0)} buyers`
    : `${settings.seconds} s`;
  const data = system.dataFileSystem === null ? "" : `, data on ${system.dataFileSystem}`;
  const verdict = verdictLines(result).map((line) => `<p>${escapeText(line)}</p>`).join("");
  const title = `Dropgate bench ${result.command}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${REPORT_STYLE}</style></head><body>
<h1>${title}</h1>
<p class="quiet">${
    escapeText(
      `${result.startedAt} · ${place} · ${amount} · ${settings.connections} connections · ` +
        `${settings.rounds} rounds · warm-up ${whole(settings.warmUpBuyers)} buyers · ` +
        `seed ${settings.seed}`,
    )
  }</p>
<p class="quiet">${
    escapeText(
      `${machine.cores} cores (${machine.cpu}), ${machine.memoryGib} GiB, ${machine.os}, ` +
        `${machine.runtime}${data}; generator and system share the machine unless the system ` +
        `was reached by --url elsewhere`,
    )
  }</p>
<div class="verdict${result.ok ? "" : " bad"}"><strong>${
    result.ok ? "Every promise kept" : "Promises broken"
  }</strong>${verdict}</div>
${headline(result)}
${charts(result)}
${result.rounds.map((round, index) => roundSection(round, index + 1)).join("\n")}
<p class="quiet">Closed loop: each connection has one request under way, so latency and rate depend
on the number of connections. The echo baseline is a Hono server that reads and returns the JSON of
the same requests, measured before and after each round.</p>
</body></html>
`;
}
