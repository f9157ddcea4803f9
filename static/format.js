import { LANGUAGE, WORDS } from "./words.js";

/** Money, dates and stretches of time as readers of the page's language write them. */

/** The reader's own kind of the page's language, say British English; else the language itself. */
const LOCALE = (navigator.languages ?? []).find((tag) => tag.toLowerCase().startsWith(LANGUAGE)) ??
  document.documentElement.lang;

const DATE = { month: "short", day: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const formats = {
  time: new Intl.DateTimeFormat(LOCALE, TIME),
  seconds: new Intl.DateTimeFormat(LOCALE, { ...TIME, second: "2-digit" }),
  full: new Intl.DateTimeFormat(LOCALE, { ...DATE, ...TIME }),
  fullSeconds: new Intl.DateTimeFormat(LOCALE, { ...DATE, ...TIME, second: "2-digit" }),
  fullYear: new Intl.DateTimeFormat(LOCALE, { ...DATE, ...TIME, year: "numeric" }),
  day: new Intl.DateTimeFormat(LOCALE, { ...DATE, weekday: "short" }),
  near: new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" }),
};

/** An amount in minor units, say `€12.50`; an unknown currency as a number. */
export function formatMoney(amount, currency) {
  try {
    const format = new Intl.NumberFormat(LOCALE, { style: "currency", currency });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(amount / 10 ** digits);
  } catch {
    return `${amount} ${currency}`;
  }
}

function isToday(date) {
  return date.toDateString() === new Date().toDateString();
}

/** A date with its time; the year stands there only when it is another one. */
function formatFull(date) {
  const sameYear = date.getFullYear() === new Date().getFullYear();
  return (sameYear ? formats.full : formats.fullYear).format(date);
}

/** A time of day, with the date when it is not today. */
export function formatTime(time) {
  const date = new Date(time);
  return isToday(date) ? formats.time.format(date) : formatFull(date);
}

/** The same to the second. */
export function formatSecond(iso) {
  const date = new Date(iso);
  return (isToday(date) ? formats.seconds : formats.fullSeconds).format(date);
}

/** Only the time of day: `14:00`. */
export function timeOfDay(ms) {
  return formats.time.format(ms);
}

/** The day: yesterday, today and tomorrow by name, others by date. */
export function dayName(ms, nowMs) {
  const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(ms) - midnight(nowMs)) / 86_400_000);
  return Math.abs(days) <= 1 ? formats.near.format(days, "day") : formats.day.format(ms);
}

/** A stretch of time in parts, largest first: `["2 d", "03", "04", "05"]`, `["00", "04", "05"]`. */
export function spanParts(ms) {
  const totalS = Math.max(0, Math.ceil(ms / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const days = Math.floor(totalS / 86_400);
  const clock = [Math.floor(totalS / 3_600) % 24, Math.floor(totalS / 60) % 60, totalS % 60];
  return days > 0 ? [WORDS.clock.days(days), ...clock.map(two)] : clock.map(two);
}

/** A stretch of time in a line: `2 d 03:04:05`, `03:04:05`, `04:05`. */
export function formatSpan(ms) {
  const parts = spanParts(ms);
  if (parts.length === 4) return `${parts[0]} ${parts.slice(1).join(":")}`;
  return (parts[0] === "00" ? parts.slice(1) : parts).join(":");
}

/** Rewrites the page's times into the reader's own zone; a window within a day names it once. */
export function localizeTimes(root) {
  for (const window of root.querySelectorAll(".window")) {
    const [from, to] = [...window.querySelectorAll("time")];
    const dates = [from, to].map((time) => new Date(time?.dateTime));
    if (dates.some((date) => Number.isNaN(date.getTime()))) continue;
    const sameDay = dates[0].toDateString() === dates[1].toDateString();
    from.textContent = formatFull(dates[0]);
    window.querySelector("[data-part=zone]")?.remove();
    to.textContent = sameDay ? formats.time.format(dates[1]) : formatFull(dates[1]);
  }
}
