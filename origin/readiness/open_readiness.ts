import { repeat, type Repeating } from "../../shared/repeat.ts";
import { CLOCK_WATCH_INTERVAL_MS, ClockWatch } from "./clock_watch.ts";
import type { ReadinessParts } from "./readiness.ts";
import { ReadinessDesk, WATCH_INTERVAL_MS } from "./readiness_desk.ts";

/** The readiness of an origin, and the jobs that keep it. */
export interface Readying {
  readiness: ReadinessDesk;
  jobs: Repeating[];
}

/** Makes the list of checks and begins to watch clocks, and sales that are about to start. */
export function openReadiness(parts: Omit<ReadinessParts, "clocks">): Readying {
  const clocks = new ClockWatch();
  const readiness = new ReadinessDesk({ ...parts, clocks });
  const { reports, log } = parts;
  return {
    readiness,
    jobs: [
      repeat("watching clocks", CLOCK_WATCH_INTERVAL_MS, log, async () => {
        // While the keeper is away there is nothing to compare, and the check of clocks says so.
        const list = await reports.list().catch(() => null);
        if (list !== null) clocks.observe(list);
      }),
      repeat(
        "checking sales that start soon",
        WATCH_INTERVAL_MS,
        log,
        () => readiness.watchStarts(),
      ),
    ],
  };
}
