import { readTime, zoneOfForm } from "../kit/time_fields.tsx";
import { dailyTimes, localText, readLocalTime, timeText } from "../kit/zones.ts";
import type { SaleView } from "./sale_form.tsx";
import { wholeNumber } from "./sale_items.tsx";

/** Sessions that are planned at once. */
export const MAX_SESSIONS = 60;

const MAX_DAYS_BETWEEN = 366;
const DAY_MS = 86_400_000;

/** One session as it will be made. Times in ms. */
export interface Session {
  title: string;
  startsAt: number;
  endsAt: number;
  /** Said where clocks change or times overlap: why it is not as one would think. */
  note: string | null;
}

/** The fields of the form for a sale: the next five days after it, one session a day. */
export function sessionValues(sale: SaleView, zone: string): Record<string, string> {
  return {
    zone,
    first: localText(Date.parse(sale.startsAt) + DAY_MS, zone),
    count: "5",
    everyDays: "1",
    others: "",
    title: `${sale.title}, {day}`,
  };
}

/** Reads the form: the sessions, or what is wrong with its fields. */
export function readSessions(
  values: Record<string, string>,
  sale: SaleView,
  viewed: string,
): { sessions: Session[]; errors: Record<string, string> } {
  const zone = zoneOfForm(values, viewed);
  const errors: Record<string, string> = {};
  const starts = [...readSeries(values, zone, errors), ...readOthers(values, zone, errors)];
  const title = (values["title"] ?? "").trim();
  if (title === "") errors["title"] = "Enter the title of the sessions.";
  if (title.length > 180) errors["title"] = "Enter at most 180 characters.";
  if (starts.length > MAX_SESSIONS) {
    errors["count"] = `At most ${MAX_SESSIONS} sessions can be planned at once.`;
  }
  if (Object.keys(errors).length === 0 && starts.length === 0) {
    errors["count"] = "Plan at least one session.";
  }
  if (Object.keys(errors).length > 0) return { sessions: [], errors };
  const lasts = lastingOf(sale, zone);
  const sessions = starts.map(({ ms, note }) => ({
    title: title.replaceAll("{day}", timeText(ms, zone, "day")).slice(0, 200),
    startsAt: ms,
    endsAt: endOf(ms, zone, lasts),
    note,
  }));
  return { sessions: withOverlaps(sessions, sale), errors };
}

/** Says of every session that begins before the sale or another one is over that it does. */
function withOverlaps(sessions: Session[], sale: SaleView): Session[] {
  const first = { startsAt: Date.parse(sale.startsAt), endsAt: Date.parse(sale.endsAt) };
  return sessions.map((one) => {
    const others = [first, ...sessions.filter((other) => other !== one)];
    const overlaps = others.some(({ startsAt, endsAt }) =>
      startsAt <= one.startsAt && one.startsAt < endsAt
    );
    return overlaps
      ? { ...one, note: [one.note, "Starts while another one is open."].filter(Boolean).join(" ") }
      : one;
  });
}

interface Start {
  ms: number;
  note: string | null;
}

const MOVED = {
  skipped: "Clocks go forward over this time: it starts that much later.",
  twice: "Clocks go back, so this time comes twice: it is the first.",
};

function readSeries(
  values: Record<string, string>,
  zone: string,
  errors: Record<string, string>,
): Start[] {
  const count = wholeNumber((values["count"] ?? "").trim());
  const everyDays = wholeNumber((values["everyDays"] ?? "").trim());
  if (count === null || count > MAX_SESSIONS) {
    errors["count"] = `Enter a whole number from 0 to ${MAX_SESSIONS}.`;
  }
  if (everyDays === null || everyDays < 1 || everyDays > MAX_DAYS_BETWEEN) {
    errors["everyDays"] = `Enter a whole number from 1 to ${MAX_DAYS_BETWEEN}.`;
  }
  if (count === 0) return [];
  const first = readTime(values, "first", { zone });
  if (first.kind === "fault") {
    errors["first"] = first.message;
    return [];
  }
  if (count === null || everyDays === null || errors["everyDays"] || errors["count"]) return [];
  const series = dailyTimes(values["first"] ?? "", zone, { count, everyDays });
  return series.map(({ ms, moved }, at) => ({
    // Of a first time that comes twice the form has asked which one is meant.
    ms: at === 0 ? first.ms : ms,
    note: at === 0 || moved === null ? null : MOVED[moved],
  }));
}

function readOthers(
  values: Record<string, string>,
  zone: string,
  errors: Record<string, string>,
): Start[] {
  const lines = (values["others"] ?? "").split(/\r?\n/).map((line) => line.trim());
  return lines.slice(0, 1_000).flatMap((line, at): Start[] => {
    if (line === "") return [];
    const read = readTime({ others: line }, "others", { zone });
    if (read.kind === "time") return [{ ms: read.ms, note: null }];
    const twice = readLocalTime(line, zone);
    if (twice.kind === "twice") return [{ ms: twice.earlier, note: MOVED.twice }];
    errors["others"] ??= `Line ${at + 1}: ${read.message}`;
    return [];
  });
}

/** How long a sale lasts by the clocks of a zone: 2 h stay 2 h there when clocks change. */
function lastingOf(sale: SaleView, zone: string): Temporal.Duration {
  return plainOf(Date.parse(sale.startsAt), zone)
    .until(plainOf(Date.parse(sale.endsAt), zone), { largestUnit: "day" });
}

function endOf(startMs: number, zone: string, lasts: Temporal.Duration): number {
  const end = plainOf(startMs, zone).add(lasts).toZonedDateTime(zone).epochMilliseconds;
  if (end > startMs) return end;
  // Clocks go back within it: then it lasts as long as it should.
  return startMs + lasts.total({ unit: "millisecond", relativeTo: plainOf(startMs, zone) });
}

function plainOf(ms: number, zone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime();
}
