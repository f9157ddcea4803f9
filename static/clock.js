/**
 * The server's clock as seen from here. Each answer with `serverNow` gives an estimate whose error
 * is at most half of its round trip; the one with the shortest trip is kept until it has faded or
 * an answer shows that it cannot be true any more: this device's clock was set.
 */

let offsetMs = 0;
let keptTripMs = Infinity;

/** So much longer the kept trip counts with each answer: clocks drift, and luck grows old. */
const FADING = 1.02;

/** So far the clocks of two servers may be apart, ms. */
const SERVERS_APART_MS = 100;

/** Notes an answer's `serverNow` (ISO) and when its request left (`performance.now()`). */
export function syncClock(serverNow, sentAt) {
  const tripMs = Math.max(1, performance.now() - sentAt);
  const heardMs = Date.parse(serverNow) + tripMs / 2 - Date.now();
  if (Number.isNaN(heardMs)) return;
  keptTripMs *= FADING;
  const bothTrueMs = (tripMs + keptTripMs) / 2 + SERVERS_APART_MS;
  if (tripMs > keptTripMs && Math.abs(heardMs - offsetMs) <= bothTrueMs) return;
  keptTripMs = tripMs;
  offsetMs = heardMs;
}

/** The server's time, ms. */
export function serverNowMs() {
  return Date.now() + offsetMs;
}

/** The course of a sale at a moment: the clock's part of its state. */
export function courseAt(startsAtMs, endsAtMs, nowMs) {
  if (nowMs >= endsAtMs) return "ended";
  return nowMs < startsAtMs ? "upcoming" : "open";
}

/** Calls `paint` on the whole seconds of the server's clock, and at each of some moments, ms. */
export function everySecond(paint, momentsMs = []) {
  const tick = () => {
    paint();
    const nowMs = serverNowMs();
    const nextMs = Math.min(
      nowMs - (nowMs % 1_000) + 1_005,
      ...momentsMs.filter((moment) => moment > nowMs),
    );
    setTimeout(tick, Math.max(5, nextMs - nowMs));
  };
  tick();
}
