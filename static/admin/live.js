// The live view of a sale: figures as they come, charts, and how old all of it is.

import { LiveCharts } from "./live_charts.js";
import {
  figureTexts,
  figureTones,
  healthRows,
  OUTCOMES,
  rateText,
  summaryText,
} from "./live_figures.js";
import { sendInPlace, showInForce } from "./live_forms.js";
import { addPoint, columnsOf, pointOf } from "./live_points.js";
import { followSale } from "./live_stream.js";
import { pageZone, timeText } from "./times.js";

/** Figures older than this are shown as old. */
const STALE_MS = 4_000;
/** How often screen readers and the table hear of it at most. */
const SAY_EVERY_MS = 5_000;
const TABLE_ROWS = 12;

const root = document.querySelector("[data-live-url]");
const charts = new LiveCharts(root, pageZone());
const connection = root.querySelector("[data-live-connection]");
const said = root.querySelector("[data-live-said]");
const answers = root.querySelector("[data-live-answers]");
const places = new Map(
  [...root.querySelectorAll("[data-live]")].map((place) => [place.dataset.live, place]),
);

let columns = null;
let last = null;
let lastAt = performance.now();
let lost = "";
let saidAt = -Infinity;

function showFrame(frame) {
  last = frame;
  lastAt = performance.now();
  lost = "";
  for (const [name, text] of Object.entries(figureTexts(frame))) {
    const place = places.get(name);
    if (place && place.textContent !== text) place.textContent = text;
  }
  for (const [name, tone] of Object.entries(figureTones(frame))) {
    places.get(name)?.closest(".tile")?.classList.toggle("warn", tone === "warn");
  }
  for (const [code] of OUTCOMES) {
    const row = root.querySelector(`[data-outcome="${code}"]`);
    if (row) row.hidden = !frame.totals.outcomes[code];
  }
  root.querySelector("[data-live-none]").hidden = Object.keys(frame.totals.outcomes).length > 0;
  showHealth(frame);
  showCourse(frame);
  showInForce(root, { ...frame.limits, captcha: frame.captchaPolicy });
  if (columns) {
    addPoint(columns, pointOf(frame));
    charts.show(columns);
  }
  saySometimes();
  showConnection();
}

function showHealth(frame) {
  const list = root.querySelector("[data-live-health]");
  const items = healthRows(frame).map(({ name, text, state }) => {
    const item = document.createElement("li");
    item.className = state === "good" ? "" : state;
    const label = document.createElement("b");
    label.textContent = name;
    const what = document.createElement("span");
    what.className = "quiet";
    what.textContent = text;
    item.append(label, what);
    return item;
  });
  list.replaceChildren(...items);
}

/** Whoever pauses by keyboard is at the button that resumes, and the other way round. */
function focusCourse() {
  root.querySelector("[data-course]:not([hidden]) button")?.focus({ preventScroll: true });
}

function showCourse({ state }) {
  const focused = document.activeElement?.closest("[data-course]");
  for (const form of root.querySelectorAll("[data-course]")) {
    form.hidden = form.dataset.course === "pause"
      ? state === "paused" || state === "ended"
      : state !== "paused";
  }
  if (focused?.hidden) focusCourse();
  const badge = document.querySelector("[data-live-state]");
  for (const one of badge?.querySelectorAll("[data-state]") ?? []) {
    one.hidden = one.dataset.state !== state;
  }
}

/** What canvases show, as a table and a sentence. */
function saySometimes() {
  const now = performance.now();
  if (now - saidAt < SAY_EVERY_MS) return;
  saidAt = now;
  said.textContent = summaryText(last);
  const p99 = places.get("p99").textContent;
  const cells = [
    timeText(Date.parse(last.at), pageZone(), "clock"),
    rateText(last.perSecond?.accepted),
    rateText(last.perSecond?.refused),
    places.get("left").textContent,
    places.get("waiting").textContent,
    rateText(last.perSecond?.written),
    p99,
  ];
  const row = document.createElement("tr");
  row.append(...cells.map((text) => {
    const cell = document.createElement("td");
    cell.className = "numeric";
    cell.textContent = text;
    return cell;
  }));
  const body = root.querySelector("[data-live-rows]");
  body.prepend(row);
  while (body.rows.length > TABLE_ROWS) body.rows[body.rows.length - 1].remove();
}

function showConnection() {
  const ageMs = performance.now() - lastAt;
  const stale = ageMs > STALE_MS;
  const state = last !== null && !stale ? "live" : lost === "" ? "connecting" : "lost";
  root.classList.toggle("stale", stale);
  const age = `figures are ${Math.round(ageMs / 1000)} s old`;
  const text = state === "live"
    ? "Live"
    : `${lost || "Reconnecting…"} ${stale ? `(${age})` : ""}`.trim();
  if (connection.dataset.state !== state) connection.dataset.state = state;
  if (connection.textContent !== text) connection.textContent = text;
}

function tell({ kind, text, form }) {
  // The next frame says so too, a second later.
  if (kind === "done" && form?.dataset.course) {
    showCourse({ state: form.dataset.course === "pause" ? "paused" : "open" });
    focusCourse();
  }
  const line = document.createElement("p");
  line.className = kind === "done" ? "flash" : "flash failed";
  line.textContent = text;
  answers.replaceChildren(line);
  // Where who sent it is looking: above the card of its form.
  const card = form?.closest(".card");
  if (card && card !== answers.nextElementSibling) card.before(answers);
  answers.scrollIntoView({ block: "nearest" });
}

sendInPlace(root, tell);
followSale(root.dataset.liveUrl, {
  history(history) {
    columns = columnsOf(history);
    charts.show(columns);
  },
  frame: showFrame,
  lost(why) {
    lost = why;
    showConnection();
  },
});
setInterval(showConnection, 1_000);
