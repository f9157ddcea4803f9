import type { Drill } from "./drill.ts";
import { ORIGIN_KILL_DRILLS } from "./process_drills_origin.ts";
import { PAUSE_DRILLS } from "./process_drills_pause.ts";
import { REPLACE_DRILLS } from "./process_drills_replace.ts";
import { WORKER_KILL_DRILLS } from "./process_drills_worker.ts";

/** Processes that are killed, stopped or replaced. */
export const PROCESS_DRILLS: readonly Drill[] = [
  ...ORIGIN_KILL_DRILLS,
  ...WORKER_KILL_DRILLS,
  ...PAUSE_DRILLS,
  ...REPLACE_DRILLS,
];
