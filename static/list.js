import { call, jittered, pause, pauseAfter, whenVisible } from "./api.js";
import { courseAt, everySecond, serverNowMs, syncClock } from "./clock.js";
import { noteConnection } from "./connection.js";
import { part, setText } from "./dom.js";
import { dayName, formatSpan, timeOfDay } from "./format.js";
import { keepReadingSession } from "./session.js";
import { WORDS } from "./words.js";

/** The list of sales: states, stock and countdowns of the time slots. */

const POLL_MS = 5_000;
const MAX_POLL_MS = 20_000;

/** The list may be spread over the API's pages: so many are read at most, so many sales on each. */
const MAX_PAGES = 5;
const PER_PAGE = 200;

/** How long the page may take to scroll to a slot that was chosen, ms. */
const CHOSEN_MS = 1_200;

const groups = [...document.querySelectorAll("[data-sale]")].map((element) => ({
  element,
  saleId: Number(element.dataset.sale),
  ...timesOf(element),
  badge: part(element, "badge"),
  tiles: [...element.querySelectorAll("[data-item]")].map((tile) => ({
    productId: Number(tile.dataset.item),
    total: Number(tile.dataset.total),
    tile,
    bar: tile.querySelector("progress"),
    text: part(tile, "stock"),
    action: part(tile, "action"),
    stock: null,
  })),
  heard: element.dataset.state,
}));

const slots = [...document.querySelectorAll("[data-slot]")].map((element) => ({
  element,
  ...timesOf(element),
  groups: groups.filter((group) => element.contains(group.element)),
  clock: part(element, "clock"),
  day: part(element, "day"),
  time: element.querySelector("h2 time"),
  chip: document.querySelector(`.chip[href="#${element.id}"]`),
}));

/** What a slot is where its sales differ. */
const LIVELIEST = ["open", "paused", "upcoming", "sold_out", "ended"];

function timesOf({ dataset }) {
  return { startsAtMs: Date.parse(dataset.startsAt), endsAtMs: Date.parse(dataset.endsAt) };
}

function stateOf({ startsAtMs, endsAtMs, heard }, nowMs) {
  const course = courseAt(startsAtMs, endsAtMs, nowMs);
  if (course === "ended" || heard === "ended") return "ended";
  if (heard === "paused") return "paused";
  return course === "open" && heard === "sold_out" ? "sold_out" : course;
}

function paint() {
  const nowMs = serverNowMs();
  for (const group of groups) paintGroup(group, stateOf(group, nowMs));
  for (const slot of slots) paintSlot(slot, nowMs);
}

function paintGroup(group, state) {
  group.state = state;
  group.element.dataset.state = state;
  group.badge.dataset.state = state;
  setText(group.badge, WORDS.states[state]);
  for (const { tile, total, bar, text, action, stock } of group.tiles) {
    const own = state === "open" && stock === 0 ? "sold_out" : state;
    tile.dataset.state = own;
    setText(action, WORDS.tiles[own]);
    if (stock === null) continue;
    if (bar && stock >= 0) {
      bar.max = Math.max(1, total, stock);
      bar.value = stock;
    }
    const words = WORDS.stock;
    if (stock === -1) setText(text, words.unlimited);
    else if (stock === 0) setText(text, words.none);
    else setText(text, own === "upcoming" ? words.pieces(stock) : words.piecesLeft(stock));
    text.toggleAttribute("data-low", stock > 0 && stock <= Math.max(1, total / 10));
  }
}

function paintSlot({ startsAtMs, endsAtMs, groups, clock, day, time, chip }, nowMs) {
  const states = groups.map((group) => group.state);
  const state = LIVELIEST.find((one) => states.includes(one)) ?? "ended";
  const words = WORDS.clock;
  if (state === "ended") setText(clock, "");
  else if (nowMs < startsAtMs) setText(clock, words.startsIn(formatSpan(startsAtMs - nowMs)));
  else setText(clock, words.endsIn(formatSpan(endsAtMs - nowMs)));
  setText(day, dayName(startsAtMs, nowMs));
  setText(time, timeOfDay(startsAtMs));
  if (!chip) return;
  chip.dataset.state = state;
  setText(part(chip, "day"), dayName(startsAtMs, nowMs));
  setText(chip.querySelector("time"), timeOfDay(startsAtMs));
  setText(part(chip, "state"), WORDS.states[state]);
}

/** Reads the API's pages until it has heard of every sale that this page shows. */
async function readSales() {
  const missing = new Set(groups.map((group) => group.saleId));
  let answer;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const sentAt = performance.now();
    answer = await call(`/api/sales?page=${page}&per=${PER_PAGE}`);
    const { ok, body } = answer;
    noteConnection(ok);
    if (!ok) return answer;
    if (body.items.length > 0) syncClock(body.items[0].serverNow, sentAt);
    for (const sale of body.items) {
      missing.delete(sale.saleId);
      hearSale(sale);
    }
    if (missing.size === 0 || page * PER_PAGE >= body.total) break;
  }
  paint();
  return answer;
}

function hearSale({ saleId, state, items }) {
  const group = groups.find((one) => one.saleId === saleId);
  if (!group) return;
  group.heard = state;
  for (const { productId, stock } of items) {
    const tile = group.tiles.find((one) => one.productId === productId);
    if (tile) tile.stock = stock;
  }
}

async function keepReadingSales() {
  let waitMs = POLL_MS;
  while (true) {
    waitMs = pauseAfter(await readSales(), waitMs, POLL_MS, MAX_POLL_MS);
    await pause(jittered(waitMs));
    await whenVisible();
  }
}

/** Marks the slot that is being read, and keeps its chip in sight. */
function followReading() {
  const strip = document.querySelector("[data-part=strip]");
  if (!strip) return;
  const chips = slots.map((slot) => slot.chip);
  const chipOf = (section) => slots.find((slot) => slot.element === section).chip;
  /** The last slots cannot be scrolled to the top: a chip that was pressed is marked as it is. */
  let chosenUntil = 0;
  const mark = (current) => {
    for (const chip of chips) {
      if (chip === current) chip.setAttribute("aria-current", "true");
      else chip.removeAttribute("aria-current");
    }
    const left = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
    strip.scrollTo({ left, behavior: "instant" });
  };
  const sections = [...document.querySelectorAll("[data-slot]")];
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) seen.add(target);
      else seen.delete(target);
    }
    const first = sections.find((section) => seen.has(section));
    if (first && performance.now() > chosenUntil) mark(chipOf(first));
  }, { rootMargin: "-96px 0px -55% 0px" });
  for (const section of sections) observer.observe(section);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chosenUntil = performance.now() + CHOSEN_MS;
      mark(chip);
    });
  }
  mark(chips.find((chip) => chip.hasAttribute("aria-current")) ?? chips[0]);
}

everySecond(paint, slots.flatMap(({ startsAtMs, endsAtMs }) => [startsAtMs, endsAtMs]));
followReading();
keepReadingSales();
keepReadingSession();
