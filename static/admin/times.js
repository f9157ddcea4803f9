// Times as the server writes them, for what scripts show later. The options are those of
// origin/backoffice/kit/zones.ts.

const DAY = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
const MINUTE = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

const STYLES = {
  minute: { ...DAY, ...MINUTE },
  second: { ...DAY, ...MINUTE, second: "2-digit" },
  day: DAY,
  clock: { ...MINUTE, second: "2-digit" },
};

const formats = new Map();

/** An instant, ms, as people of a zone read it; `style` is minute, second, day or clock. */
export function timeText(ms, zone, style = "minute") {
  const key = `${zone} ${style}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat("en-GB", { ...STYLES[style], timeZone: zone }));
  }
  return formats.get(key).format(ms);
}

/** The zone in which this page shows times. */
export function pageZone() {
  return document.documentElement.dataset.zone ?? "UTC";
}

/** Shows every time below an element in a zone. */
export function showTimes(root, zone) {
  document.documentElement.dataset.zone = zone;
  for (const time of root.querySelectorAll("time[data-style]")) {
    time.textContent = timeText(Date.parse(time.dateTime), zone, time.dataset.style);
  }
}
