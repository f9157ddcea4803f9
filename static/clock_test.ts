import { assert } from "@std/assert";
import { serverNowMs, syncClock } from "./clock.js";

/** An answer that says the time of a server `aheadMs` before this machine, after a trip. */
function hear(aheadMs: number, tripMs: number): void {
  const midway = Date.now() + aheadMs - tripMs / 2;
  syncClock(new Date(midway).toISOString(), performance.now() - tripMs);
}

/** How far the page's idea of the server's clock is from the truth, ms. */
function errorMs(aheadMs: number): number {
  return Math.abs(serverNowMs() - Date.now() - aheadMs);
}

const HOUR_MS = 3_600_000;

Deno.test("syncClock() keeps what the quickest answer said", () => {
  hear(HOUR_MS, 10);
  assert(errorMs(HOUR_MS) < 10);
  hear(HOUR_MS + 80, 400);
  assert(errorMs(HOUR_MS) < 10, "a slow answer may be off by its trip and is not believed");
});

Deno.test("syncClock() takes the new time when a clock was set, also by a slow answer", () => {
  hear(HOUR_MS, 10);
  hear(-HOUR_MS, 30);
  assert(errorMs(-HOUR_MS) < 30);
  hear(2 * HOUR_MS, 900);
  assert(errorMs(2 * HOUR_MS) < 900);
});

Deno.test("syncClock() lets old luck fade", () => {
  hear(0, 10);
  for (let n = 0; n < 200; n += 1) hear(40, 60);
  assert(errorMs(40) < 10);
});

Deno.test("syncClock() leaves a time alone that is none", () => {
  hear(HOUR_MS, 10);
  syncClock("soon", performance.now());
  assert(errorMs(HOUR_MS) < 40);
});
