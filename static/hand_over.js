/**
 * Takes the sign-in that the shop put behind an address, `/sales/1#token=<the shop's token>`, and
 * exchanges it for a session. Loaded before all other scripts and importing none at once: the token
 * leaves the address bar and the history before anything else runs.
 *
 * Anybody can make such a link, also one with a token of his own, and whoever follows it would buy
 * for him. So only a link on a page of the shop (its origin stands in the page's `shop-origins`)
 * signs in at once, and only where nobody is signed in: shops show links that customers wrote. In
 * every other case the visitor is asked, unless it is him anyway.
 */

const PREFIX = "#token=";
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const USER_ID = /^[\w.@-]{1,64}$/;

/** The longest token that the server looks at. */
const MAX_TOKEN_LENGTH = 8_192;

const TIMEOUT_MS = 8_000;

/** Waits before the exchange is tried again, ms. */
const PAUSES_MS = [1_000, 3_000];

const listeners = [];

/** Calls `listener` when a session began after `handOver` had been waited for. */
export function onHandOver(listener) {
  listeners.push(listener);
}

/** Resolves when no exchange is under way that began with the page. Never rejects. */
export const handOver = begin(takeToken(), isFromShop(document.referrer));

addEventListener("hashchange", async () => {
  // The page stays as it is, so nothing tells who set the address.
  if (await begin(takeToken(), false)) told();
});

/** The token of the address, which it leaves at once, or null. */
function takeToken() {
  const { hash, pathname, search } = location;
  if (!hash.startsWith(PREFIX)) return null;
  history.replaceState(history.state, "", pathname + search);
  return hash.slice(PREFIX.length);
}

function isFromShop(referrer) {
  const listed = document.querySelector('meta[name="shop-origins"]')?.content ?? "";
  return URL.canParse(referrer) && listed.split(" ").includes(new URL(referrer).origin);
}

/** True when somebody was signed in. A visitor who has to be asked first is not waited for. */
async function begin(token, isTrusted) {
  if (token === null) return false;
  const userId = userIdOf(token);
  if (userId === null) {
    await say("failed");
    return false;
  }
  const now = await signedInAs();
  if (now === userId || (isTrusted && now === null)) return exchange(token);
  ask(userId, token);
  return false;
}

/** Whom a token speaks of. Whether it is right is for the server to find out. */
function userIdOf(token) {
  if (token.length > MAX_TOKEN_LENGTH || !TOKEN.test(token)) return null;
  try {
    const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
    const { sub } = JSON.parse(text);
    return USER_ID.test(sub) ? sub : null;
  } catch {
    return null;
  }
}

/** The user id, null for nobody, undefined when the server did not say. */
async function signedInAs() {
  const response = await request("GET", {});
  if (!response?.ok) return undefined;
  return (await response.json().catch(() => null))?.userId;
}

async function exchange(token) {
  for (const pauseMs of [...PAUSES_MS, 0]) {
    const response = await request("POST", { authorization: `Bearer ${token}` });
    if (response?.ok) return true;
    if (response !== null && response.status < 500) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await say("failed");
  return false;
}

/** Null when nothing came back. */
function request(method, headers) {
  return fetch("/api/session", {
    method,
    headers,
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => null);
}

function told() {
  for (const listener of listeners) listener();
}

async function say(what) {
  const { showHandOver } = await import("./hand_over_dialog.js");
  // Not waited for: the page goes on behind it.
  showHandOver(what);
}

async function ask(userId, token) {
  const { showHandOver } = await import("./hand_over_dialog.js");
  if (await showHandOver("ask", userId) && await exchange(token)) told();
}
