import type { CrowdView } from "./crowd_control.ts";
import type { Drill } from "./drill.ts";
import { MARK_TIMEOUT_MS } from "./stage_looks.ts";

/** How often everything is replaced. */
const ROUNDS = 10;

const ROLLING: Drill = {
  name: "rolling-replacement",
  fault: "every origin and every worker is replaced ten times while the crowd buys",
  promise: "a new version goes live at any time: no buy fails, and none is lost",
  plan: { stock: 20_000, buyers: 25_000, buyersPerSecond: 60, paying: 0.05, cancelling: 0.05 },
  takesS: 120,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const before = await stage.crowd.view();
    const { system } = stage;
    let replaced = 0;
    const first = Object.values(system.pids()).flat();
    for (let round = 1; round <= ROUNDS; round += 1) {
      const old = [...system.pids().origin, ...system.pids().worker];
      await system.replaceAll("origin");
      await system.replaceAll("worker");
      const now = new Set([...system.pids().origin, ...system.pids().worker]);
      replaced += old.filter((pid) => !now.has(pid)).length;
    }
    stage.injected(`${replaced} processes were replaced in ${ROUNDS} rounds`);
    const { origins, workers } = stage.plan;
    stage.expect("each was replaced in every round", replaced === ROUNDS * (origins + workers));
    await stage.seen("the processes of the beginning are gone", async () => {
      const edges = new Set(system.pids().edge);
      const states = await Promise.all(
        first.filter((pid) => !edges.has(pid)).map((pid) => stage.probe.processState(pid)),
      );
      return states.every((state) => state === null);
    });
    const after = await stage.crowd.view();
    // Only what came meanwhile: an origin may hear of the publishing a moment after the others.
    const refused = refusalsOf(after) - refusalsOf(before);
    stage.counted("buys answered meanwhile", after.answered - before.answered);
    stage.counted("buys without an answer", after.unanswered);
    stage.counted("buys refused with 500 or more", refused);
    stage.expect("no buy failed", after.unanswered === 0 && refused === 0);
    stage.expect("the crowd bought all the while", after.reserved > before.reserved + 1_000);
  },
};

function refusalsOf({ refusals }: CrowdView): number {
  return Object.values(refusals).reduce((sum, times) => sum + times, 0);
}

/** Processes that make room for their successors. */
export const REPLACE_DRILLS: readonly Drill[] = [ROLLING];
