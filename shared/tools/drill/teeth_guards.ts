import type { Guard } from "./teeth_guard.ts";
import { LEDGER_GUARDS, RECOVERY_GUARDS } from "./teeth_ledger_guards.ts";
import { RECORD_GUARDS } from "./teeth_record_guards.ts";

/** Every guard that `drill teeth` takes away, one at a time. */
export const GUARDS: Guard[] = [...RECORD_GUARDS, ...LEDGER_GUARDS, ...RECOVERY_GUARDS];
