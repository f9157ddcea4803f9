import { isoTime } from "../../shared/clock.ts";

const DATE = { month: "short", day: "numeric", timeZone: "UTC" } as const;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" } as const;

interface SaleWindowProps {
  /** ms */
  startsAt: number;
  endsAt: number;
  locale: string;
}

/** From when to when, the day named once; the page's script rewrites it into the reader's zone. */
export function SaleWindow({ startsAt, endsAt, locale }: SaleWindowProps) {
  const full = new Intl.DateTimeFormat(locale, { ...DATE, ...TIME });
  const short = new Intl.DateTimeFormat(locale, TIME);
  const sameDay = isoTime(startsAt).slice(0, 10) === isoTime(endsAt).slice(0, 10);
  return (
    <p class="window">
      <time datetime={isoTime(startsAt)}>{full.format(startsAt)}</time> –{" "}
      <time datetime={isoTime(endsAt)}>{(sameDay ? short : full).format(endsAt)}</time>{" "}
      <span data-part="zone">UTC</span>
    </p>
  );
}

/** Only the time of day. */
export function TimeOfDay({ ms }: { ms: number }) {
  const iso = isoTime(ms);
  return <time datetime={iso}>{iso.slice(11, 16)}</time>;
}

/** Only the day. */
export function Day({ ms, locale }: { ms: number; locale: string }) {
  const format = new Intl.DateTimeFormat(locale, { ...DATE, weekday: "short" });
  return <span data-part="day">{format.format(ms)}</span>;
}
