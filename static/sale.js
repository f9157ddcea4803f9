import { call, jittered, pause, whenVisible } from "./api.js";
import { courseAt, formatSpan, localizeTimes, serverNowMs, syncClock } from "./clock.js";
import { ItemBox } from "./item.js";
import { onSession, readSession } from "./session.js";
import { STATE_WORDS } from "./words.js";

/** The page of a sale or of a product: clock, live stock, buying, own orders. */

const STOCK_POLL_MS = 1_000;
const MAX_STOCK_POLL_MS = 8_000;

const root = document.querySelector("#sale");
const saleId = Number(root.dataset.sale);
const startsAtMs = Date.parse(root.dataset.startsAt);
const endsAtMs = Date.parse(root.dataset.endsAt);
const badge = root.querySelector("[data-part=badge]");
const clock = root.querySelector("[data-part=clock]");
const clockLabel = root.querySelector("[data-part=clock-label]");
const boxes = [...root.querySelectorAll("[data-item]")].map((box) => new ItemBox(box, saleId));

/** What the server last said; the clock decides between start and end by itself. */
let heard = null;

function stateNow() {
  const course = courseAt(startsAtMs, endsAtMs, serverNowMs());
  if (course === "ended" || heard === "ended") return "ended";
  if (heard === "paused") return "paused";
  if (course === "upcoming") return "upcoming";
  return heard === "sold_out" ? "sold_out" : "open";
}

function paint() {
  const state = stateNow();
  const nowMs = serverNowMs();
  if (badge.dataset.state !== state) {
    badge.dataset.state = state;
    badge.textContent = STATE_WORDS[state];
  }
  if (state === "ended") {
    clockLabel.textContent = "This sale is over";
    clock.textContent = "00:00";
  } else if (nowMs < startsAtMs) {
    clockLabel.textContent = "Starts in";
    clock.textContent = formatSpan(startsAtMs - nowMs);
  } else {
    clockLabel.textContent = "Ends in";
    clock.textContent = formatSpan(endsAtMs - nowMs);
  }
  for (const box of boxes) {
    box.setState(state);
    box.tick();
  }
}

/** Paints on the whole seconds of the server's clock. */
function keepPainting() {
  paint();
  setTimeout(keepPainting, 1_005 - (serverNowMs() % 1_000));
}

async function readStock() {
  const sentAt = performance.now();
  const { ok, body } = await call(`/api/sales/${saleId}/stock`);
  if (!ok) return false;
  syncClock(body.serverNow, sentAt);
  heard = body.state ?? heard;
  for (const { productId, stock } of body.items) {
    boxes.find((box) => box.productId === productId)?.setStock(stock);
  }
  paint();
  return true;
}

async function keepReadingStock() {
  let waitMs = STOCK_POLL_MS;
  while (true) {
    waitMs = await readStock() ? STOCK_POLL_MS : Math.min(MAX_STOCK_POLL_MS, waitMs * 2);
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
      one.saleId === saleId && one.productId === box.productId
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

localizeTimes(document);
keepPainting();
keepReadingStock();
readSession();
