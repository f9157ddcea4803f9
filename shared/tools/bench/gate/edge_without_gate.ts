/**
 * An edge process that keeps nobody out but those without a session: beside the real one it shows
 * what the gate costs.
 *
 * @module
 */
import { OPEN_GATE } from "../../../../edge/gate/open_gate.ts";
import { main } from "../../../../edge/main.ts";
import { exitWithReason } from "../../../env.ts";

if (import.meta.main) {
  await main({ gate: OPEN_GATE }).catch((error) => exitWithReason(error, Deno.exit));
}
