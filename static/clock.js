/**
 * The server's clock as seen from here. Each answer with `serverNow` gives an estimate whose error
 * is at most half of its round trip; the one with the shortest trip is kept.
 */

let offsetMs = 0;
let bestTripMs = Infinity;

/** Notes an answer's `serverNow` (ISO) and when its request left (`performance.now()`). */
export function syncClock(serverNow, sentAt) {
  const tripMs = performance.now() - sentAt;
  const serverMs = Date.parse(serverNow);
  if (Number.isNaN(serverMs) || tripMs > bestTripMs * 1.5) return;
  bestTripMs = Math.min(bestTripMs, tripMs);
  offsetMs = serverMs + tripMs / 2 - Date.now();
}

/** The server's time, ms. */
export function serverNowMs() {
  return Date.now() + offsetMs;
}

/** A stretch of time as people read it: `2 d 03:04:05`, `03:04:05`, `04:05`. */
export function formatSpan(ms) {
  const totalS = Math.max(0, Math.ceil(ms / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const days = Math.floor(totalS / 86_400);
  const hours = Math.floor(totalS / 3_600) % 24;
  const rest = `${two(Math.floor(totalS / 60) % 60)}:${two(totalS % 60)}`;
  if (days > 0) return `${days} d ${two(hours)}:${rest}`;
  return hours > 0 ? `${two(hours)}:${rest}` : rest;
}

/** The course of a sale at a moment: the clock's part of its state. */
export function courseAt(startsAtMs, endsAtMs, nowMs) {
  if (nowMs >= endsAtMs) return "ended";
  return nowMs < startsAtMs ? "upcoming" : "open";
}

/** Rewrites the page's times into the reader's own zone; a window within a day names it once. */
export function localizeTimes(root) {
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const short = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
  for (const window of root.querySelectorAll(".window")) {
    const [from, to] = [...window.querySelectorAll("time")];
    const dates = [from, to].map((time) => new Date(time?.dateTime));
    if (dates.some((date) => Number.isNaN(date.getTime()))) continue;
    const sameDay = dates[0].toDateString() === dates[1].toDateString();
    from.textContent = full.format(dates[0]);
    to.textContent = (sameDay ? short : full).format(dates[1]);
  }
}

/** A time of day, with the date when it is not today. */
export function formatTime(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  const options = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(undefined, options).format(date);
}
