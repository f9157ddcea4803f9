import { call, jittered, pause, whenVisible } from "./api.js";
import { courseAt, formatSpan, localizeTimes, serverNowMs, syncClock } from "./clock.js";
import { readSession } from "./session.js";
import { STATE_WORDS } from "./words.js";

/** The list of sales: states and countdowns. */

const POLL_MS = 5_000;

const slots = [...document.querySelectorAll("[data-sale]")].map((slot) => ({
  saleId: Number(slot.dataset.sale),
  startsAtMs: Date.parse(slot.dataset.startsAt),
  endsAtMs: Date.parse(slot.dataset.endsAt),
  badge: slot.querySelector("[data-part=badge]"),
  clock: slot.querySelector("[data-part=clock]"),
  heard: null,
}));

function paint() {
  const nowMs = serverNowMs();
  for (const { startsAtMs, endsAtMs, badge, clock, heard } of slots) {
    const course = courseAt(startsAtMs, endsAtMs, nowMs);
    const told = heard === "upcoming" || heard === "open" ? course : heard ?? course;
    const state = course === "ended" ? "ended" : told;
    badge.dataset.state = state;
    badge.textContent = STATE_WORDS[state];
    if (state === "ended") clock.textContent = "";
    else if (course === "upcoming") clock.textContent = `in ${formatSpan(startsAtMs - nowMs)}`;
    else clock.textContent = `${formatSpan(endsAtMs - nowMs)} left`;
  }
}

function keepPainting() {
  paint();
  setTimeout(keepPainting, 1_005 - (serverNowMs() % 1_000));
}

async function readSales() {
  const sentAt = performance.now();
  const { ok, body } = await call("/api/sales?per=100");
  if (!ok) return;
  for (const sale of body.items) {
    syncClock(sale.serverNow, sentAt);
    const slot = slots.find((one) => one.saleId === sale.saleId);
    if (slot) slot.heard = sale.state;
  }
  paint();
}

async function keepReadingSales() {
  while (true) {
    await readSales();
    await pause(jittered(POLL_MS));
    await whenVisible();
  }
}

localizeTimes(document);
keepPainting();
keepReadingSales();
readSession();
