import { call, jittered, pause, whenVisible } from "./api.js";
import { everySecond, syncClock } from "./clock.js";
import { noteConnection } from "./connection.js";
import { make, part, setText } from "./dom.js";
import { OrderRow } from "./order_row.js";
import { isOver, pollMsOf } from "./order_watch.js";
import { askToSignIn, keepReadingSession, onSession } from "./session.js";
import { WORDS } from "./words.js";

/** My orders: a page of them, kept up to date while one of them may change. */

const PER = 10;
const FAILED_POLL_MS = 4_000;
const MAX_FAILED_POLL_MS = 30_000;

const root = document.querySelector("#orders");
const list = part(root, "list");
const more = part(root, "more");
const status = part(root, "status");
const drawings = root.dataset.drawings.split(" ");
const asked = new URLSearchParams(location.search).get("page") ?? "";
const page = /^[1-9]\d{0,8}$/.test(asked) ? Number(asked) : 1;

/** Rows by ticket. */
const rows = new Map();
let userId;
/** Counts the readers: an older one stops. */
let reader = 0;

async function keepReading() {
  const mine = reader += 1;
  let failures = 0;
  while (mine === reader) {
    const sentAt = performance.now();
    const { ok, status: code, body } = await call(`/api/orders?page=${page}&per=${PER}`);
    if (mine !== reader) return;
    noteConnection(ok || code === 401);
    if (code === 401) return signedOut();
    if (ok) syncClock(body.serverNow, sentAt);
    if (ok && page > 1 && body.items.length === 0) return location.replace("/orders");
    failures = ok ? 0 : failures + 1;
    if (ok) show(body);
    else if (rows.size === 0) showFailure();
    const waitMs = ok
      ? nextLookMs(body.items)
      : Math.min(MAX_FAILED_POLL_MS, FAILED_POLL_MS * failures);
    if (waitMs === null) return;
    await pause(jittered(waitMs));
    await whenVisible();
  }
}

/** The session ended: whoever signs in again, the same one too, is somebody new. */
function signedOut() {
  userId = null;
  show(null);
}

/** When to look again; null when nothing on this page changes by itself. */
function nextLookMs(orders) {
  const waits = orders.filter((order) => !isOver(order)).map(pollMsOf);
  return waits.length === 0 ? null : Math.min(...waits);
}

/** Shows a page of orders; null when nobody is signed in. */
function show(answer) {
  root.setAttribute("aria-busy", "false");
  if (answer === null) return showSignedOut();
  const { items, total } = answer;
  if (items.length === 0) return showEmpty();
  setText(status, WORDS.myOrders.loaded(total));
  for (const [ticket, row] of rows) {
    if (items.some((order) => order.ticket === ticket)) continue;
    row.element.remove();
    rows.delete(ticket);
  }
  for (const blank of list.querySelectorAll(".order-blank")) blank.remove();
  items.forEach((order, at) => {
    let row = rows.get(order.ticket);
    if (!row) {
      row = new OrderRow(order, { drawings, onDoubt: keepReading });
      rows.set(order.ticket, row);
    }
    row.show(order);
    if (list.children[at] !== row.element) {
      list.insertBefore(row.element, list.children[at] ?? null);
    }
  });
  showPaging(items.length, total);
}

function clear() {
  root.setAttribute("aria-busy", "false");
  rows.clear();
  list.replaceChildren();
  delete more.dataset.shown;
}

function showEmpty() {
  clear();
  const words = WORDS.myOrders;
  setText(status, words.empty);
  more.replaceChildren(
    blank(
      words.empty,
      words.emptyText,
      make("a", { class: "button", href: "/", text: words.seeSales }),
    ),
  );
}

function showSignedOut() {
  clear();
  const words = WORDS.myOrders;
  setText(status, words.signedOutText);
  const button = make("button", { type: "button", text: words.signIn, on: askToSignIn });
  more.replaceChildren(blank(words.signedOut, words.signedOutText, button));
}

function showFailure() {
  clear();
  const words = WORDS.myOrders;
  setText(status, words.failed);
  const button = make("button", { type: "button", text: words.retry, on: () => keepReading() });
  if (!more.querySelector(".blank")) {
    more.replaceChildren(blank(words.failed, words.failedText, button));
  }
}

function blank(title, text, action) {
  return make(
    "section",
    { class: "blank" },
    make("h2", { text: title }),
    make("p", { text }),
    make("p", {}, action),
  );
}

function showPaging(count, total) {
  const from = (page - 1) * PER + 1;
  const words = WORDS.myOrders;
  const link = (to, text) =>
    make("a", { class: "button plain small", href: `/orders?page=${to}`, text });
  const parts = [];
  if (page > 1) parts.push(link(page - 1, words.newer));
  if (total > PER) parts.push(make("span", { text: words.range(from, from + count - 1, total) }));
  if (from + count - 1 < total) parts.push(link(page + 1, words.older));
  const text = parts.map((one) => one.textContent).join("|");
  if (more.dataset.shown === text) return;
  more.dataset.shown = text;
  more.replaceChildren(...(parts.length === 0 ? [] : [make("p", { class: "paging" }, ...parts)]));
}

onSession((now) => {
  if (now === userId) return;
  userId = now;
  clear();
  more.replaceChildren();
  if (now === null) show(null);
  else keepReading();
});

/** A page that comes back from the browser's memory shows orders of the past: say, unpaid ones. */
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

everySecond(() => {
  for (const row of rows.values()) row.tick();
});
keepReadingSession();
