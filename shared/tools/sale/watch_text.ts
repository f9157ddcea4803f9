import type { LiveFrame } from "../../../origin/live/live_frame.ts";
import { stockText } from "./text_table.ts";

const BAR_WIDTH = 30;

/** Most reasons of refusals that are named. */
const MAX_REASONS = 5;

/** How much is gone, as a bar: `[#######·······]`. */
export function bar(done: number, all: number): string {
  const filled = all <= 0
    ? 0
    : Math.min(BAR_WIDTH, Math.max(0, Math.round(done / all * BAR_WIDTH)));
  return `[${"#".repeat(filled)}${"·".repeat(BAR_WIDTH - filled)}]`;
}

/** One moment of a sale as a few lines. */
export function frameLines(frame: LiveFrame): string[] {
  const { title, state, at, perSecond, latency, queue, totals, missing } = frame;
  const lines = [
    `${at.slice(11, 19)} UTC  sale ${frame.saleId} ${title}: ${state.replace("_", " ")}`,
    stockLine(frame),
    rateLine(perSecond),
    `total     accepted ${count(totals.accepted)}  refused ${count(totals.refused)}  ` +
    `written ${count(totals.written)}`,
    `latency   p50 ${ms(latency.p50Ms)}  p95 ${ms(latency.p95Ms)}  p99 ${ms(latency.p99Ms)}`,
    `queue     ${count(queue.messages)} messages, oldest ${seconds(queue.oldestS)}, ` +
    `written in ${seconds(queue.drainS)}`,
  ];
  const down = frame.parts.filter(({ up }) => !up).map(({ name }) => name);
  if (down.length > 0) lines.push(`AWAY      ${down.join(", ")}`);
  if (missing.length > 0) lines.push(`unknown   ${missing.join(", ")} cannot be read`);
  return lines;
}

function stockLine({ stock, left }: LiveFrame): string {
  if (left === null) return "stock     cannot be read";
  if (stock === -1) return "stock     unlimited";
  return `stock     ${bar(stock - left, stock)} ${count(left)} of ${stockText(stock)} left`;
}

function rateLine(rates: LiveFrame["perSecond"]): string {
  if (rates === null) return "per s     –";
  const reasons = Object.entries(rates.reasons).sort(([, a], [, b]) => b - a).slice(0, MAX_REASONS)
    .map(([code, rate]) => `${code} ${count(rate)}`);
  const why = reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
  return `per s     accepted ${count(rates.accepted)}  refused ${count(rates.refused)}${why}  ` +
    `written ${count(rates.written)}`;
}

function count(value: number | null): string {
  return value === null ? "–" : Math.round(value).toLocaleString("en-US");
}

function ms(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

function seconds(value: number | null): string {
  return value === null ? "–" : `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}
