import { call, jittered, pause, pauseAfter, whenVisible } from "./api.js";
import { loadSlider } from "./captcha.js";
import { courseAt, everySecond, serverNowMs, syncClock } from "./clock.js";
import { noteConnection } from "./connection.js";
import { make, part, setText } from "./dom.js";
import { localizeTimes, spanParts } from "./format.js";
import { ItemBox } from "./item.js";
import { keepReadingSession, onSession } from "./session.js";
import { WORDS } from "./words.js";

/** The page of a sale or of a product: clock, live stock, buying, own orders. */

const STOCK_POLL_MS = 1_000;
const MAX_STOCK_POLL_MS = 8_000;
/** Pages open their buttons within this time after the start, not all in one instant. */
const START_JITTER_MS = 300;

const root = document.querySelector("#sale");
const { dataset } = root;
const sale = {
  saleId: Number(dataset.sale),
  startsAtMs: Date.parse(dataset.startsAt),
  endsAtMs: Date.parse(dataset.endsAt),
  captcha: dataset.captcha,
  closed: false,
};
const opensAtMs = sale.startsAtMs + Math.random() * START_JITTER_MS;
const badge = part(root, "badge");
const clock = part(root, "clock");
const clockLabel = part(root, "clock-label");
const boxes = [...root.querySelectorAll("[data-item]")].map((box) => new ItemBox(box, sale));

/** What the server last said; the clock decides between start and end by itself. */
let heard = badge.dataset.state;

function stateNow() {
  const course = courseAt(opensAtMs, sale.endsAtMs, serverNowMs());
  if (course === "ended" || heard === "ended") return "ended";
  if (heard === "paused") return "paused";
  if (course === "upcoming") return "upcoming";
  return heard === "sold_out" ? "sold_out" : "open";
}

function paint() {
  const state = stateNow();
  sale.closed = heard === "ended";
  if (badge.dataset.state !== state) badge.dataset.state = state;
  setText(badge, WORDS.states[state]);
  const nowMs = serverNowMs();
  const words = WORDS.clock;
  if (state === "ended") showClock(words.over, 0);
  else if (nowMs < sale.startsAtMs) showClock(words.starts, sale.startsAtMs - nowMs);
  else showClock(words.ends, sale.endsAtMs - nowMs);
  for (const box of boxes) {
    box.setState(state);
    box.tick();
  }
}

function showClock(label, ms) {
  setText(clockLabel, label);
  const parts = spanParts(ms);
  if (clock.children.length !== parts.length) {
    clock.replaceChildren(...parts.map(() => make("b")));
  }
  parts.forEach((text, at) => setText(clock.children[at], text));
}

async function readStock() {
  const sentAt = performance.now();
  const answer = await call(`/api/sales/${sale.saleId}/stock`);
  const { ok, body } = answer;
  noteConnection(ok);
  if (!ok) return answer;
  syncClock(body.serverNow, sentAt);
  heard = body.state ?? heard;
  for (const item of body.items) {
    boxes.find((box) => box.productId === item.productId)?.setStock(item);
  }
  paint();
  return answer;
}

async function keepReadingStock() {
  let waitMs = STOCK_POLL_MS;
  while (true) {
    waitMs = pauseAfter(await readStock(), waitMs, STOCK_POLL_MS, MAX_STOCK_POLL_MS);
    await pause(jittered(waitMs));
    await whenVisible();
  }
}

/** Reservations that this buyer already has here, the newest of each product. */
async function readOrders() {
  const { ok, body } = await call("/api/orders?per=100");
  if (!ok) return;
  for (const box of boxes) {
    const order = body.items.find((one) =>
      one.saleId === sale.saleId && one.productId === box.productId
    );
    if (order && box.order === null && !box.busy) box.follow(order);
  }
}

onSession((userId) => {
  for (const box of boxes) box.setUser(userId);
  if (userId !== null) readOrders();
});

/** A page that comes back from the browser's memory shows orders of the past: say, unpaid ones. */
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** The slider is fetched while there is time, where this sale may ask for it. */
function prepareSlider() {
  if (sale.captcha === "off") return;
  const load = () => loadSlider().catch(() => {});
  if ("requestIdleCallback" in globalThis) requestIdleCallback(load, { timeout: 4_000 });
  else setTimeout(load, 1_500);
}

localizeTimes(document);
everySecond(paint, [opensAtMs, sale.endsAtMs]);
keepReadingStock();
keepReadingSession();
prepareSlider();
