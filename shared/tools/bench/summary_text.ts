import type { BenchResult, RoundResult } from "./bench_result.ts";
import type { LatencySummary } from "./histogram.ts";

/** A count or a rate with thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Milliseconds with as many digits as mean something. */
export function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** The percentiles in one line. */
export function latencyLine(latency: LatencySummary): string {
  if (latency.count === 0) return "none";
  const { p50, p90, p99, p999, max } = latency;
  return `p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  p99.9 ${ms(p999)}  max ${ms(max)}`;
}

/** What is said at the end: PASS, or every violation. */
export function verdictLines(result: BenchResult): string[] {
  if (result.ok) return ["PASS  nothing oversold, lost or doubled, no 5xx"];
  return result.rounds.flatMap((round, number) =>
    round.violations.map(({ rule, detail }) => `FAIL  round ${number + 1}, ${rule}: ${detail}`)
  );
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(18)} ${text}`;
}

function roundLines(round: RoundResult, command: BenchResult["command"]): string[] {
  const lines = [
    row(
      "asked",
      `${whole(round.asked)} of ${whole(round.prepared)} buyers, ${whole(round.stock)} pieces, ` +
        `${round.elapsedS.toFixed(2)} s${round.usedUp ? " (every prepared buyer had bought)" : ""}`,
    ),
    row("accepted", `${whole(round.accepted)}, ${whole(round.acceptedPerSecond)}/s`),
  ];
  if (command === "rush") {
    lines.push(
      row("answers", `${whole(round.answersPerSecond)}/s`),
      row("sold out after", `${round.lastReservedS.toFixed(2)} s`),
      row("latency, all", `${latencyLine(round.latency)} ms`),
    );
  }
  lines.push(row("latency, accepted", `${latencyLine(round.reservedLatency)} ms`));
  for (const [kind, count] of Object.entries(round.kinds)) lines.push(row(kind, whole(count)));
  if (round.unanswered > 0) lines.push(row("no answer", whole(round.unanswered)));
  if (round.reconnects > 0) lines.push(row("reconnects", whole(round.reconnects)));
  const { processing, proof, database } = round;
  if (processing.answers > 0) {
    lines.push(
      row(
        "processing became",
        `${whole(processing.ordered)} orders, ${whole(processing.refused)} refused, ` +
          `${whole(processing.open)} still open`,
      ),
    );
  }
  const written = round.writtenAfterS === null
    ? "NOT ALL"
    : `${round.writtenAfterS.toFixed(2)} s after the last answer`;
  lines.push(row("orders written", `${whole(round.rowsCounted)}, ${written}`));
  lines.push(
    row(
      "proof",
      `${proof.ok ? "ok" : "NOT OK"}: ${whole(proof.unpaid)} unpaid, ${whole(proof.paid)} paid, ` +
        `${whole(proof.refused)} refused, ${whole(proof.remaining)} left`,
    ),
  );
  lines.push(
    row(
      "database",
      database === null
        ? "not known (--mysql-url, --database)"
        : `${whole(database.live)} live orders, ${whole(database.tickets)} tickets, ` +
          `${whole(database.users)} buyers`,
    ),
    row("looked up", `${whole(round.ticketsLookedUp)} reserved tickets, as their buyers`),
  );
  if (round.echoPerSecond !== null && round.echoRatio !== null) {
    const what = command === "buy" ? "accepted" : "answers";
    lines.push(
      row("echo baseline", `${whole(round.echoPerSecond)}/s`),
      row(`${what} : echo`, round.echoRatio.toFixed(3)),
    );
  }
  lines.push(row("generator", `${round.generatorCpuShare.toFixed(2)} of a core`));
  return lines;
}

/** The summary that is printed. */
export function summaryText(result: BenchResult): string {
  const { machine, system, settings, median } = result;
  const place = system.profile === "running" ? system.edgeUrl : system.profile;
  const lines = [
    `dropgate bench ${result.command} · ${place} · ${settings.connections} connections · ` +
    `seed ${settings.seed}`,
    `${machine.cores} cores, ${machine.cpu}, ${machine.runtime}` +
    (system.dataFileSystem === null ? "" : `, data on ${system.dataFileSystem}`),
  ];
  if (system.dataFileSystem === "tmpfs") {
    lines.push("The data are in memory, where durability costs nothing: choose --data-dir.");
  }
  for (const [number, round] of result.rounds.entries()) {
    lines.push("");
    if (result.rounds.length > 1) lines.push(`round ${number + 1}`);
    lines.push(...roundLines(round, result.command));
  }
  if (result.rounds.length > 1) {
    lines.push(
      "",
      "median of the rounds",
      row("accepted", `${whole(median.acceptedPerSecond)}/s`),
      row("latency, accepted", `p50 ${ms(median.p50)}  p99 ${ms(median.p99)} ms`),
    );
    if (median.echoPerSecond !== null && median.echoRatio !== null) {
      lines.push(row("echo baseline", `${whole(median.echoPerSecond)}/s`));
      lines.push(row("ratio to echo", median.echoRatio.toFixed(3)));
    }
  }
  return [...lines, "", ...verdictLines(result)].join("\n");
}
