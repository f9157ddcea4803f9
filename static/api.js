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

/** A whole number of ms around `ms`, so that many pages do not ask in step. */
export function jittered(ms) {
  return Math.round(ms * (1 + Math.random() * 0.4));
}
