/**
 * The course of one try to buy: which answers are final, which are asked again by themselves, how
 * long to wait in between, and when the slider is asked for. Knows no page and no clock.
 */

/** Answers that end neither the try nor its key: the same request may be sent again. */
const NOT_FINAL = new Set([
  "unauthenticated",
  "not_started",
  "paused",
  "busy",
  "unavailable",
  "internal",
  "rate_limited",
  "captcha_required",
]);

/** How often each kind of answer is asked again before a person has to press the button. */
const MOST = { busy: 3, limited: 5, early: 3, sliders: 4, offline: 3 };

/** Longer waits than these are left to the person, ms. */
const MAX_LIMITED_MS = 120_000;
const MAX_EARLY_MS = 15_000;
const OFFLINE_MS = 30_000;

/** So that pages which were refused together do not come back together, ms. */
const LIMITED_JITTER_MS = 1_000;
const EARLY_JITTER_MS = 300;

/** True when the answer settles the try: the next press is a new wish with a new key. */
export function isFinal({ status, body }) {
  return status >= 400 && status < 600 && status !== 500 && !NOT_FINAL.has(body.code);
}

/**
 * Sends a wish until it has an answer to show. Resolves with `{answer}`, or with `{stopped}` where
 * the person closed the slider (`slider`), it could not be loaded (`broken`), he would not wait
 * (`waiting`), or somebody else is signed in by now (`signedOut`).
 *
 * - `send(pass)` sends the wish, with a captcha pass or null, always under the same key
 * - `keptPass()` is a usable pass or null, `dropPass()` forgets it
 * - `solve()` asks for the slider: the pass, null when closed, or throws when it cannot be shown
 * - `wait(kind, ms)` resolves after a time: false when the person would not wait
 * - `isOurs()` tells whether the page is still signed in as the one whose wish this is
 * - `isOnline()` tells whether the browser has a connection
 * - `random()` is a number from 0 to 1
 * - `solvesFirst` where the sale always asks: the slider comes before the first request
 */
export async function runTry({
  send,
  keptPass,
  dropPass,
  solve,
  wait,
  isOurs,
  isOnline,
  random,
  solvesFirst = false,
}) {
  const left = { ...MOST };
  let slide = solvesFirst && keptPass() === null;
  while (true) {
    if (slide) {
      left.sliders -= 1;
      const solved = await solve().catch(() => undefined);
      if (!solved) return { stopped: solved === null ? "slider" : "broken" };
    }
    if (!isOurs()) return { stopped: "signedOut" };
    const answer = await send(keptPass());
    if (answer.ok) {
      dropPass();
      return { answer };
    }
    if (!isOurs()) return { stopped: "signedOut" };
    slide = answer.body.code === "captcha_required" && left.sliders > 0;
    if (slide) {
      dropPass();
      continue;
    }
    const next = nextWait(answer, isOnline(), random);
    if (next === null || left[next.budget] === 0) return { answer };
    left[next.budget] -= 1;
    if (!await wait(next.kind, next.ms)) return { stopped: "waiting" };
  }
}

/** What to wait for before the same request is sent again, or null when nothing helps. */
function nextWait({ status, body, retryAfterS }, online, random) {
  const afterMs = retryAfterS * 1_000;
  switch (body.code) {
    case "rate_limited": {
      const ms = Math.max(1_000, afterMs) + random() * LIMITED_JITTER_MS;
      return afterMs > MAX_LIMITED_MS ? null : { kind: "limited", budget: "limited", ms };
    }
    case "not_started": {
      const ms = Math.max(0, Date.parse(body.startsAt) - Date.parse(body.serverNow));
      if (!(ms <= MAX_EARLY_MS)) return null;
      return { kind: "early", budget: "early", ms: ms + random() * EARLY_JITTER_MS };
    }
    case "busy":
    case "paused":
      return { kind: body.code, budget: "busy", ms: spread(Math.max(1_000, afterMs), random) };
  }
  if (status === 0 && !online) return { kind: "offline", budget: "offline", ms: OFFLINE_MS };
  if (status === 0 || status === 500 || body.code === "unavailable") {
    return { kind: "unavailable", budget: "busy", ms: spread(Math.max(1_000, afterMs), random) };
  }
  return null;
}

function spread(ms, random) {
  return ms * (1 + random() * 0.4);
}
