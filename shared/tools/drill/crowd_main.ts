import { pause } from "../services/poll.ts";
import { CrowdBuyer, type CrowdParts } from "./crowd_buyer.ts";
import { CrowdCaller } from "./crowd_call.ts";
import type { CrowdPlan } from "./crowd_plan.ts";
import { RecordWriter } from "./crowd_record.ts";
import { DriftMeter } from "./drift_meter.ts";
import { seededRandom } from "./seeded_random.ts";

/** How often new buyers come. */
const TICK_MS = 20;
/** Buyers under way at the same time; more of them wait outside. */
const MAX_UNDER_WAY = 20_000;
/** Longest pause of a buyer once the crowd is to end. */
const LAST_PAUSE_MS = 500;

/** Buys as the plan says until SIGTERM, then lets the buyers under way finish. */
async function runCrowd(plan: CrowdPlan): Promise<void> {
  const record = new RecordWriter(plan.recordFile);
  const drift = new DriftMeter();
  const ending = new AbortController();
  const over = new AbortController();
  Deno.addSignalListener("SIGTERM", () => ending.abort());
  const parts: CrowdParts = {
    plan,
    caller: new CrowdCaller(plan.edgeUrl, record, drift),
    random: seededRandom(plan.seed),
    pause: async (ms, needed) => {
      const until = performance.now() + ms;
      await pause(ms, ending.signal);
      // Everything is mended by then: nobody has to wait long for another try.
      const leftMs = Math.min(until - performance.now(), LAST_PAUSE_MS);
      if (needed && leftMs > 0) await pause(leftMs, over.signal);
    },
    isOver: () => over.signal.aborted,
  };
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let started = 0;
  while (!ending.signal.aborted) {
    const seconds = (performance.now() - startedAt) / 1_000;
    const due = Math.min(plan.buyers, Math.floor(seconds * plan.buyersPerSecond));
    while (started < due && underWay.size < MAX_UNDER_WAY) {
      const run = new CrowdBuyer(parts, `d${plan.seed}-${started}`).run()
        .finally(() => underWay.delete(run));
      underWay.add(run);
      started += 1;
    }
    await pause(TICK_MS, ending.signal);
  }
  const timer = setTimeout(() => over.abort(), plan.finishMs);
  await Promise.all(underWay);
  clearTimeout(timer);
  drift.stop();
  record.close();
}

const [planFile = ""] = Deno.args;
await runCrowd(JSON.parse(await Deno.readTextFile(planFile)) as CrowdPlan);
Deno.exit(0);
