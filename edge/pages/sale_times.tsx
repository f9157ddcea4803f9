import { isoTime } from "../../shared/clock.ts";

function Time({ ms }: { ms: number }) {
  const iso = isoTime(ms);
  return <time datetime={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}</time>;
}

/** From when to when; the page's script rewrites it into the buyer's time zone. */
export function SaleWindow({ startsAt, endsAt }: { startsAt: number; endsAt: number }) {
  return (
    <p class="window">
      <Time ms={startsAt} /> – <Time ms={endsAt} />
    </p>
  );
}
