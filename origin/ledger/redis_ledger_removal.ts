import type { ItemEpoch } from "../../shared/item.ts";
import { keysOf, stageKey } from "./redis_ledger_keys.ts";
import type { Ask } from "./redis_ledger_opening.ts";
import { SCRIPTS } from "./redis_ledger_scripts.ts";

/**
 * Epochs whose stages are removed. What was staged in an older one has disappeared by itself: nobody
 * begins so many within a stage's lifetime.
 */
const MAX_STAGES = 1_000;

/** Removes every key of the items that does not end by itself, each by its name. */
export async function removeRedisItems(
  ask: Ask,
  namespace: string,
  items: ItemEpoch[],
): Promise<void> {
  for (const { item, epoch } of items) {
    const { meta, holders, outbox, due, sends, changes } = keysOf(namespace, item);
    const stages = Array.from({ length: Math.min(epoch, MAX_STAGES) }, (_, back) => {
      return stageKey(namespace, item, epoch - back);
    });
    const keys = [meta, holders, outbox, due, sends, changes, ...stages];
    await ask({ script: SCRIPTS.removeItem, keys, args: [] });
  }
}
