// What the live view writes where: every figure of a frame as text, by the name of its place
// (`data-live`). The server writes the first page with the same functions, so that it says the same
// without a script.

/** What buyers can hear, in the order of the table, with what operators call it. */
export const OUTCOMES = [
  ["reserved", "Reserved"],
  ["processing", "Reserved, confirmation late"],
  ["known", "Ticket heard again"],
  ["already_bought", "Has bought already"],
  ["sold_out", "Sold out"],
  ["rate_limited", "Over a limit"],
  ["captcha_required", "Asked for the slider"],
  ["not_started", "Not started"],
  ["paused", "Paused"],
  ["ended", "Ended"],
  ["busy", "Too many at once"],
  ["unavailable", "A part is away"],
  ["unauthenticated", "Not signed in"],
  ["not_eligible", "Not eligible"],
  ["blocked", "Blocked"],
  ["order_ended", "Order has ended"],
  ["idempotency_mismatch", "Same key, other quantity"],
  ["unknown_item", "Unknown item"],
  ["invalid", "Malformed"],
  ["too_large", "Too large"],
  ["other", "Other"],
];

export const LIMITS = [
  ["user", "Per buyer"],
  ["address", "Per address"],
  ["sale", "Of the sale"],
];

export const CAPTCHA = [
  ["asked", "Puzzles given out"],
  ["solved", "Solved"],
  ["failed", "Failed"],
  ["spent", "Passes spent"],
];

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A count; – while it is not known. */
export function countText(count) {
  if (count === null || count === undefined) return "–";
  return count < 0 ? "unlimited" : whole.format(count);
}

/** A rate: one place while it is small. */
export function rateText(rate) {
  if (rate === null || rate === undefined) return "–";
  return (rate >= 10 ? whole : tenths).format(rate);
}

/** A time in seconds, `0.4 s`, `12 s`, `3 min 5 s`. */
export function secondsText(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return `${tenths.format(seconds)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
}

/** A time in milliseconds, `≤ 12 ms`: it is the bound of a class. */
export function msText(ms) {
  if (ms === null || ms === undefined) return "–";
  return ms >= 1000 ? `${tenths.format(ms / 1000)} s` : `${whole.format(ms)} ms`;
}

/** Everything that a frame says, by the name of its place. */
export function figureTexts(frame) {
  const { perSecond, totals, latency, queue, outbox } = frame;
  const share = frame.captchaPassRate;
  return {
    left: countText(frame.left),
    "left-note": frame.stock < 0 ? "" : `of ${countText(frame.stock)} put on sale`,
    sold: countText(frame.sold),
    accepted: rateText(perSecond?.accepted),
    "accepted-note": `${countText(totals.accepted)} in all`,
    refused: rateText(perSecond?.refused),
    "refused-note": `${countText(totals.refused)} in all`,
    known: rateText(perSecond?.known),
    waiting: countText(queue.messages),
    "waiting-note": queue.oldestS === null
      ? "messages of all sales"
      : `messages, oldest ${secondsText(queue.oldestS)}`,
    drain: secondsText(queue.drainS),
    "drain-note": queue.perSecond === null
      ? "no worker tells"
      : `${rateText(queue.perSecond)} messages/s`,
    p50: msText(latency.p50Ms),
    p95: msText(latency.p95Ms),
    p99: msText(latency.p99Ms),
    max: msText(latency.maxMs),
    "latency-note": latency.count === 0
      ? "no buys in the last 10 s"
      : `p50 ${msText(latency.p50Ms)}, p95 ${msText(latency.p95Ms)}`,
    written: rateText(perSecond?.written),
    "written-total": countText(totals.written),
    "written-refused": countText(totals.writtenRefused),
    outbox: countText(outbox.messages),
    "outbox-age": secondsText(outbox.oldestS),
    "pass-rate": share === null ? "–" : `${Math.round(share * 100)} %`,
    ...placed("rate-", OUTCOMES, (code) => rateText(rateOf(perSecond, code))),
    ...placed("total-", OUTCOMES, (code) => countText(totals.outcomes[code] ?? 0)),
    ...placed("limit-rate-", LIMITS, (name) => rateText(perSecond?.limits[name])),
    ...placed("limit-total-", LIMITS, (name) => countText(totals.limits[name])),
    ...placed("captcha-rate-", CAPTCHA, (name) => rateText(perSecond?.captcha[name])),
    ...placed("captcha-total-", CAPTCHA, (name) => countText(totals.captcha[name])),
    ...itemTexts(frame.items),
  };
}

function placed(prefix, names, textOf) {
  return Object.fromEntries(names.map(([name]) => [prefix + name, textOf(name)]));
}

/** The rate of one outcome; accepted are reserved and processing together. */
function rateOf(perSecond, code) {
  if (!perSecond) return null;
  if (code === "reserved") return perSecond.accepted - perSecond.processing;
  if (code === "processing") return perSecond.processing;
  if (code === "known") return perSecond.known;
  return perSecond.reasons[code] ?? 0;
}

function itemTexts(items) {
  return Object.fromEntries(items.flatMap(({ productId, left, stock, sold }) => [
    [`item-left-${productId}`, countText(left)],
    [`item-stock-${productId}`, countText(stock)],
    [`item-sold-${productId}`, countText(sold)],
  ]));
}

/** How figures are coloured: the name of a place and its tone, "" for none. */
export function figureTones({ left, latency, queue }) {
  return {
    left: left === 0 ? "warn" : "",
    waiting: queue.oldestS !== null && queue.oldestS > 10 ? "warn" : "",
    p99: latency.p99Ms !== null && latency.p99Ms > 1000 ? "warn" : "",
  };
}

const PARTS = { ledger: "Ledger", queue: "Queue", database: "Database", store: "Store" };
const KINDS = { edge: "Edge", origin: "Origin", worker: "Worker" };
const MISSING = {
  reports: "Reports of edges and workers cannot be read: rates and limits stand still",
  ledger: "The ledger does not answer: stock is not known",
  queue: "The queue does not answer: what waits is not known",
  database: "The database does not answer: what is sold is not known",
};

/** What is well and what is not, worst first: `state` is good, warn or bad. */
export function healthRows(frame) {
  const rows = [
    ...frame.missing.map((name) => ({ name: MISSING[name] ?? name, text: "", state: "bad" })),
    ...frame.parts.map(({ name, up }) => ({
      name: PARTS[name] ?? name,
      text: up ? "up" : "away",
      state: up ? "good" : "bad",
    })),
    ...frame.processes.map(processRow),
    ...frame.origins.map(originRow),
  ];
  const order = { bad: 0, warn: 1, good: 2 };
  return rows.sort((a, b) => order[a.state] - order[b.state]);
}

function processRow({ kind, processId, heard, ageS, ready, upToDate, upS }) {
  const name = `${KINDS[kind] ?? kind} ${processId.slice(0, 6)}`;
  if (!heard) return { name, text: `silent for ${secondsText(ageS)}`, state: "bad" };
  const faults = [
    ...(ready ? [] : ["not ready"]),
    ...(upToDate ? [] : ["works with older sales"]),
  ];
  return {
    name,
    text: faults.length > 0 ? faults.join(", ") : `ready, up for ${secondsText(upS)}`,
    state: faults.length > 0 ? "warn" : "good",
  };
}

function originRow({ url, edges, healthy, ready, inFlight }) {
  const by = edges === 1 ? "the edge" : `${edges} edges`;
  const text = healthy === edges
    ? `healthy for ${by}, ${inFlight} in flight${ready < edges ? ", not ready" : ""}`
    : `out for ${edges - healthy} of ${by}`;
  const state = healthy === 0 ? "bad" : healthy < edges || ready < edges ? "warn" : "good";
  return { name: url, text, state };
}

/** One sentence with what matters, for who does not see the figures. */
export function summaryText(frame) {
  const { left, accepted, refused, waiting, p99 } = figureTexts(frame);
  return `${left} left. ${accepted} accepted and ${refused} refused per second. ` +
    `${waiting} messages wait. 99 of 100 answers within ${p99}.`;
}
