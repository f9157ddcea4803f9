import { BASIC_DRILLS } from "./basic_drills.ts";
import type { Drill } from "./drill.ts";
import { LINK_DRILLS } from "./link_drills.ts";
import { MESSAGE_DRILLS } from "./message_drills.ts";
import { PAYMENT_DRILLS } from "./payment_drills.ts";
import { PROCESS_DRILLS } from "./process_drills.ts";
import { SERVER_DRILLS } from "./server_drills.ts";

/** Every drill, in the order in which `all` runs them. */
export const DRILLS: readonly Drill[] = [
  ...BASIC_DRILLS,
  ...PROCESS_DRILLS,
  ...SERVER_DRILLS,
  ...LINK_DRILLS,
  ...MESSAGE_DRILLS,
  ...PAYMENT_DRILLS,
];
