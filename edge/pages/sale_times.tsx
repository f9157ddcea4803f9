import { isoTime } from "../../shared/clock.ts";

/** A time that the page's script rewrites into the buyer's time zone. */
export function Time({ ms }: { ms: number }) {
  const iso = isoTime(ms);
  return <time datetime={iso} data-local>{`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}</time>;
}

/** From when to when, in words. */
export function SaleWindow({ startsAt, endsAt }: { startsAt: number; endsAt: number }) {
  return (
    <p class="window">
      <Time ms={startsAt} /> – <Time ms={endsAt} />
    </p>
  );
}
