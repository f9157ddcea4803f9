// The charts of the live view. Each is a figure with a canvas; what it shows stands in a table too.

import uPlot from "./uplot.js";

const HEIGHT = 170;

/** What a chart shows at least: less looks like more happens than does. */
const MIN_WINDOW_S = 60;

/** What each chart draws: columns, names and colours of the page's own palette. */
const CHARTS = {
  buys: [
    ["accepted", "Accepted", "--series-3"],
    ["sold_out", "Sold out", "--series-2"],
    ["rate_limited", "Over a limit", "--series-6"],
    ["captcha_required", "Slider asked", "--series-4"],
    ["already_bought", "Bought already", "--series-5"],
    ["other", "Other refusals", "--quiet"],
  ],
  stock: [["left", "Left", "--series-1"]],
  latency: [["p50Ms", "p50", "--series-5"], ["p99Ms", "p99", "--series-6"]],
  orders: [["written", "Written per second", "--series-3"], [
    "waiting",
    "Waiting messages",
    "--series-2",
  ]],
};

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** Room for the longest figure beside an axis, px: digits of this size are at most 7 wide. */
function axisWidth(values) {
  return Math.max(0, ...(values ?? []).map((value) => value.length)) * 7 + 14;
}

/** Draws every chart of the page; `show` gives them new columns. */
export class LiveCharts {
  #charts = new Map();
  #columns = null;

  /** `root` holds elements with `data-chart`. `zone` is the one in which the page shows times. */
  constructor(root, zone) {
    this.root = root;
    this.zone = zone;
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.#redraw());
    new ResizeObserver(() => this.#fit()).observe(root);
  }

  show(columns) {
    this.#columns = columns;
    for (const place of this.root.querySelectorAll("[data-chart]")) {
      const name = place.dataset.chart;
      const data = [columns.at, ...CHARTS[name].map(([column]) => columns[column])];
      const chart = this.#charts.get(name);
      if (chart) chart.setData(data);
      else this.#charts.set(name, new uPlot(this.#options(place, name), data, place));
    }
  }

  #redraw() {
    for (const chart of this.#charts.values()) chart.destroy();
    this.#charts.clear();
    if (this.#columns) this.show(this.#columns);
  }

  #fit() {
    for (const [name, chart] of this.#charts) {
      const { clientWidth } = this.root.querySelector(`[data-chart="${name}"]`);
      if (clientWidth !== chart.width) chart.setSize({ width: clientWidth, height: HEIGHT });
    }
  }

  #options(place, name) {
    const colour = (variable) => getComputedStyle(place).getPropertyValue(variable).trim();
    const axis = {
      stroke: colour("--quiet"),
      grid: { stroke: colour("--grid"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const timeZone = this.zone;
    const parts = { hour: "2-digit", minute: "2-digit", timeZone };
    const minute = new Intl.DateTimeFormat("en-GB", parts);
    const second = new Intl.DateTimeFormat("en-GB", { ...parts, second: "2-digit" });
    return {
      width: place.clientWidth,
      height: HEIGHT,
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), timeZone),
      cursor: { show: false },
      padding: [10, 16, 0, 0],
      legend: {
        live: false,
        markers: { width: 0, fill: (_, at) => at === 0 ? "" : colour(CHARTS[name][at - 1][2]) },
      },
      scales: {
        x: { time: true, range: (_, from, to) => [Math.min(from, to - MIN_WINDOW_S), to] },
        y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
      },
      axes: [
        {
          ...axis,
          size: 26,
          space: 70,
          values: (_, times, __, ___, stepS) =>
            times.map((at) => (stepS < 60 ? second : minute).format(at * 1000)),
        },
        {
          ...axis,
          size: (_, values) => axisWidth(values),
          values: (_, values) => values.map((value) => numbers.format(value)),
        },
      ],
      series: [
        {},
        ...CHARTS[name].map(([, label, variable]) => ({
          label,
          stroke: colour(variable),
          width: 2,
          points: { show: false },
          spanGaps: false,
        })),
      ],
    };
  }
}
