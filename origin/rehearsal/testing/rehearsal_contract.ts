import { rehearsalCounts } from "./rehearsal_contract_counts.ts";
import { rehearsalDeaths } from "./rehearsal_contract_deaths.ts";
import { rehearsalTraces } from "./rehearsal_contract_traces.ts";
import type { RehearsalSystem } from "./rehearsal_shop.ts";

/** What a rehearsal does and leaves, with real workers; `deaths`: how many places it dies at. */
export function rehearsalContract(
  name: string,
  open: () => Promise<RehearsalSystem>,
  { deaths }: { deaths: number },
): void {
  rehearsalCounts(name, open);
  rehearsalTraces(name, open);
  rehearsalDeaths(name, open, deaths);
}
