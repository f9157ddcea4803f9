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
