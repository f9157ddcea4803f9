/**
 * How times are written: `minute` for most, `second` where order matters, `day` without a time,
 * `clock` within a day. `static/admin/times.js` has the same.
 */
export type TimeStyle = "minute" | "second" | "day" | "clock";

const DAY = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
const MINUTE = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

const STYLES: Record<TimeStyle, Intl.DateTimeFormatOptions> = {
  minute: { ...DAY, ...MINUTE },
  second: { ...DAY, ...MINUTE, second: "2-digit" },
  day: DAY,
  clock: { ...MINUTE, second: "2-digit" },
};

/** Formats that are kept: there are about 420 zones, and few of them are used. */
const MAX_FORMATS = 200;

const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant, ms, as people of a zone read it, say `Mon, 1 Jun 2026, 12:00`. */
export function timeText(ms: number, zone: string, style: TimeStyle = "minute"): string {
  const key = `${zone} ${style}`;
  let format = formats.get(key);
  if (format === undefined) {
    if (formats.size >= MAX_FORMATS) formats.clear();
    format = new Intl.DateTimeFormat("en-GB", { ...STYLES[style], timeZone: zone });
    formats.set(key, format);
  }
  return format.format(ms);
}

/** The zones that can be chosen, UTC first. */
export const ZONE_NAMES: readonly string[] = [
  "UTC",
  ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC"),
];

/** The canonical name of a zone, or null for what is none. At most 64 characters are looked at. */
export function zoneOf(name: string): string | null {
  // An offset would be taken too, but knows nothing of summer.
  if (name.length > 64 || !/^[A-Za-z]/.test(name)) return null;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/**
 * What a local time of a zone means. Where clocks are set forward a time is skipped: `earlier` and
 * `later` are the local texts just before and after the gap. Where they are set back it comes twice:
 * `earlier` and `later` are both instants, ms.
 */
export type LocalTime =
  | { kind: "instant"; ms: number }
  | { kind: "invalid" }
  | { kind: "skipped"; earlier: string; later: string }
  | { kind: "twice"; earlier: number; later: number };

const LOCAL_PATTERN = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$/;

/** Reads a local time as a browser's field sends it, `2026-06-01T10:00`, seconds optional. */
export function readLocalTime(text: string, zone: string): LocalTime {
  const plain = readPlain(text);
  if (plain === null) return { kind: "invalid" };
  const earlier = plain.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = plain.toZonedDateTime(zone, { disambiguation: "later" });
  const [a, b] = [earlier.epochMilliseconds, later.epochMilliseconds];
  if (a === b) return { kind: "instant", ms: a };
  // Both of a time that comes twice read as it; of one that is skipped neither does.
  if (earlier.toPlainDateTime().equals(plain)) return { kind: "twice", earlier: a, later: b };
  const change = earlier.getTimeZoneTransition("next");
  if (change === null) return { kind: "invalid" };
  return {
    kind: "skipped",
    earlier: localText(change.subtract({ minutes: 1 }).epochMilliseconds, zone),
    later: localText(change.epochMilliseconds, zone),
  };
}

function readPlain(text: string): Temporal.PlainDateTime | null {
  if (!LOCAL_PATTERN.test(text)) return null;
  try {
    return Temporal.PlainDateTime.from(text.replace(" ", "T"), { overflow: "reject" });
  } catch {
    return null;
  }
}

/** An instant, ms, as the value of a field for local times; with seconds only if there are some. */
export function localText(ms: number, zone: string): string {
  const plain = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
    .toPlainDateTime();
  return plain.toString({ smallestUnit: plain.second === 0 ? "minute" : "second" });
}

/** How far a zone is from UTC at an instant, say `UTC+02:00`. */
export function offsetText(ms: number, zone: string): string {
  const { offset } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return `UTC${offset}`;
}

/**
 * The instants, ms, of `count` (1–400) sessions, one a day at the same time of the zone's clocks,
 * each `everyDays` days after the one before. A session whose time is skipped is moved by the gap
 * and of a time that comes twice the first is taken; both are told by `moved`.
 */
export function dailyTimes(
  first: string,
  zone: string,
  { count, everyDays }: { count: number; everyDays: number },
): { ms: number; moved: "skipped" | "twice" | null }[] {
  const plain = readPlain(first);
  if (plain === null) return [];
  return Array.from({ length: Math.min(count, 400) }, (_, at) => {
    const text = plain.add({ days: at * everyDays });
    const time = readLocalTime(text.toString({ smallestUnit: "second" }), zone);
    if (time.kind === "instant") return { ms: time.ms, moved: null };
    const ms = text.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds;
    return { ms, moved: time.kind === "twice" ? "twice" as const : "skipped" as const };
  });
}
