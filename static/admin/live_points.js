// What charts show: columns of the last ten minutes, as `history` brings them, and a point of each
// frame behind them.

/** As many as the server keeps. */
const MAX_POINTS = 640;

/** The refusals that have a line of their own; everything else is one line together. */
export const SHOWN_REASONS = ["sold_out", "rate_limited", "captcha_required", "already_bought"];

/** The columns of a history, reasons as charts show them. */
export function columnsOf(history) {
  const { reasons, ...columns } = history;
  const rest = columns.at.map((_, at) => {
    if (columns.refused[at] === null) return null;
    const shown = SHOWN_REASONS.reduce((sum, code) => sum + (reasons[code]?.[at] ?? 0), 0);
    return Math.max(0, columns.refused[at] - shown);
  });
  const lines = SHOWN_REASONS.map((code) => [
    code,
    reasons[code] ?? columns.refused.map((count) => count === null ? null : 0),
  ]);
  return { ...columns, ...Object.fromEntries(lines), other: rest };
}

/** What a frame adds to the columns. */
export function pointOf({ at, perSecond, left, queue, latency }) {
  const rate = (of) => perSecond === null ? null : of(perSecond);
  const shown = SHOWN_REASONS.map((code) => [code, rate(({ reasons }) => reasons[code] ?? 0)]);
  const sum = shown.reduce((all, [, count]) => all + (count ?? 0), 0);
  return {
    at: Date.parse(at) / 1000,
    accepted: rate(({ accepted }) => accepted),
    known: rate(({ known }) => known),
    refused: rate(({ refused }) => refused),
    ...Object.fromEntries(shown),
    other: rate(({ refused }) => Math.max(0, refused - sum)),
    left,
    written: rate(({ written }) => written),
    waiting: queue.messages,
    p50Ms: latency.p50Ms,
    p99Ms: latency.p99Ms,
  };
}

/** Adds a point, unless the history had it already; the oldest give way. */
export function addPoint(columns, point) {
  if (point.at <= (columns.at.at(-1) ?? -Infinity)) return;
  for (const [name, column] of Object.entries(columns)) {
    column.push(point[name] ?? null);
    if (column.length > MAX_POINTS) column.shift();
  }
}
