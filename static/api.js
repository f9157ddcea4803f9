/**
 * Calls of Dropgate's own API. Every call has a deadline; whatever comes back is
 * `{ok, status, body, retryAfterS}`, with status 0 when nothing came back.
 */

const TIMEOUT_MS = 8_000;

/** Sends a request and reads its JSON. Never throws. */
export async function call(
  path,
  { method = "GET", body, headers = {}, timeoutMs = TIMEOUT_MS } = {},
) {
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = await response.json().catch(() => ({}));
    const retryAfterS = Number(response.headers.get("retry-after")) || 0;
    return { ok: response.ok, status: response.status, body: answer, retryAfterS };
  } catch {
    return { ok: false, status: 0, body: {}, retryAfterS: 0 };
  }
}

/** Resolves after some time. */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves at once while the page can be seen, else when it can be seen again. */
export function whenVisible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}

/** Resolves when the browser has a connection, or after some time at the latest. */
export function whenOnline(atMostMs) {
  if (navigator.onLine) return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, atMostMs);
    addEventListener("online", () => resolve(), { once: true });
  });
}

/** Longest pause that an answer may ask of a page that only looks again, ms. */
const MAX_ASKED_PAUSE_MS = 30_000;

/**
 * How long to pause before looking again, ms: `usualMs` after an answer, else twice the last pause
 * up to `mostMs`, and never less than the server asked for.
 */
export function pauseAfter({ ok, retryAfterS }, lastMs, usualMs, mostMs) {
  if (ok) return usualMs;
  const askedMs = Math.min(MAX_ASKED_PAUSE_MS, retryAfterS * 1_000);
  return Math.max(askedMs, Math.min(mostMs, lastMs * 2));
}

/** A whole number of ms around `ms`, so that many pages do not ask in step. */
export function jittered(ms) {
  return Math.round(ms * (1 + Math.random() * 0.4));
}
