import { BROKER_DRILLS } from "./broker_drills.ts";
import { DATABASE_DRILLS } from "./database_drills.ts";
import type { Drill } from "./drill.ts";
import { REDIS_FAILOVER_DRILLS } from "./redis_drills_failover.ts";
import { REDIS_LOSS_DRILLS } from "./redis_drills_loss.ts";
import { REDIS_RECOVERY_DRILLS } from "./redis_drills_recovery.ts";
import { REDIS_TROUBLE_DRILLS } from "./redis_drills_trouble.ts";

/** What breaks the servers behind a system. */
export const SERVER_DRILLS: readonly Drill[] = [
  ...REDIS_LOSS_DRILLS,
  ...REDIS_FAILOVER_DRILLS,
  ...REDIS_TROUBLE_DRILLS,
  ...REDIS_RECOVERY_DRILLS,
  ...BROKER_DRILLS,
  ...DATABASE_DRILLS,
];
