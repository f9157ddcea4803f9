/** How long something takes, in its two largest units: `2 d 3 h`, `5 min 12 s`; never below 0. */
export function spanText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1_000));
  const days = Math.floor(s / 86_400);
  const hours = Math.floor(s / 3_600) % 24;
  const minutes = Math.floor(s / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${s % 60} s`;
  return `${s} s`;
}

/** How long it is until a time, both ms; `countdown.js` keeps it up to date. */
export function Countdown({ untilMs, nowMs }: { untilMs: number; nowMs: number }) {
  return (
    <span class="figure" data-until={untilMs} data-now={nowMs}>{spanText(untilMs - nowMs)}</span>
  );
}
