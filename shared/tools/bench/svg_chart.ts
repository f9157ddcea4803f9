/** One line of a chart, or one bar each. */
export interface Series {
  name: string;
  points: { x: number; y: number }[];
}

/** What a line chart shows. */
export interface LineChart {
  title: string;
  xLabel: string;
  yLabel: string;
  series: Series[];
  /** Labels of the x axis where they are not the numbers themselves. */
  xTicks?: { x: number; label: string }[];
}

const WIDTH = 720;
const HEIGHT = 280;
const LEFT = 64;
const RIGHT = 16;
const TOP = 16;
const BOTTOM = 44;

/** Text that may stand in HTML and SVG, attributes included. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A round number at or above a value: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** About five round places from 0 to a value. */
function evenTicks(max: number): number[] {
  const step = roundUp(max / 5);
  return Array.from(
    { length: Math.floor(max / step * (1 + 1e-9)) + 1 },
    (_, index) => index * step,
  );
}

function number(value: number): string {
  return Number(value.toFixed(2)).toLocaleString("en-US");
}

/** A line chart as an SVG element that takes its colours from the page's `--series-N`. */
export function lineChart(chart: LineChart): string {
  const all = chart.series.flatMap((series) => series.points);
  if (all.length === 0) return "";
  const maxX = Math.max(...all.map(({ x }) => x), Number.MIN_VALUE);
  const maxY = roundUp(Math.max(...all.map(({ y }) => y)));
  const x = (value: number): number => LEFT + value / maxX * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - value / maxY * (HEIGHT - TOP - BOTTOM);
  const ticks = chart.xTicks ?? evenTicks(maxX).map((at) => ({ x: at, label: number(at) }));
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * maxY).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>` +
      `<text class="tick" x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">` +
      `${number(part * maxY)}</text>`;
  });
  const labels = ticks.map((tick) =>
    `<text class="tick" x="${x(tick.x).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" ` +
    `text-anchor="middle">${escapeText(tick.label)}</text>`
  );
  const lines = chart.series.map((series, index) => {
    const points = series.points.map((point) =>
      `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`
    );
    return `<polyline class="line series-${index + 1}" points="${points.join(" ")}"/>`;
  });
  const legend = chart.series.length < 2
    ? ""
    : chart.series.map((series, index) =>
      `<span class="key series-${index + 1}">${escapeText(series.name)}</span>`
    ).join("");
  return `<figure><figcaption>${escapeText(chart.title)}${legend}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(chart.title)}">` +
    grid.join("") + labels.join("") + lines.join("") +
    `<text class="tick" x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">` +
    `${escapeText(chart.xLabel)}</text>` +
    `<text class="tick" x="${LEFT}" y="12">${escapeText(chart.yLabel)}</text></svg></figure>`;
}

/** Horizontal bars with their values, as an SVG element. */
export function barChart(title: string, bars: { name: string; value: number }[]): string {
  if (bars.length === 0) return "";
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const step = 30;
  const nameWidth = 190;
  const rows = bars.map(({ name, value }, index) => {
    const width = Math.max(1, value / most * (WIDTH - nameWidth - 120));
    const top = index * step + 4;
    return `<text class="tick" x="${nameWidth - 8}" y="${top + 16}" text-anchor="end">` +
      `${escapeText(name)}</text><rect class="bar" x="${nameWidth}" y="${top}" ` +
      `width="${width.toFixed(1)}" height="22" rx="3"/><text class="value" ` +
      `x="${(nameWidth + width + 8).toFixed(1)}" y="${top + 16}">${
        number(Math.round(value))
      }</text>`;
  });
  return `<figure><figcaption>${escapeText(title)}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${bars.length * step + 8}" role="img" ` +
    `aria-label="${escapeText(title)}">${rows.join("")}</svg></figure>`;
}
