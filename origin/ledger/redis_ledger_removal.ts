import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import { claimedPassKey, keysOf } from "./redis_ledger_keys.ts";
import type { Ask } from "./redis_ledger_opening.ts";
import { SCRIPTS } from "./redis_ledger_scripts.ts";

/** Names that one call looks at: a fraction of a millisecond of the server's time. */
const NAMES_PER_CALL = 1_000;

/** Calls that no server can need: 10⁹ keys. */
const MAX_CALLS = 1_000_000;

/** The pieces of a key's name are plain text, whatever a pattern would make of them. */
const SPECIAL = /[\\*?[\]^]/g;

/** Removes every key of the items and the claimed passes of their sales. */
export async function removeRedisItems(
  ask: Ask,
  namespace: string,
  items: ItemKey[],
): Promise<void> {
  for (const item of items) {
    const { meta, holders, outbox, due, sends, changes } = keysOf(namespace, item);
    await removeKeys(ask, [meta, holders, outbox, due, sends, changes], `${namespace}:{${item}}:`);
  }
  for (const saleId of new Set(items.map((item) => parseItemKey(item).saleId))) {
    const prefix = claimedPassKey(namespace, saleId, "");
    await removeKeys(ask, [prefix], prefix);
  }
}

async function removeKeys(ask: Ask, keys: string[], prefix: string): Promise<void> {
  const pattern = `${prefix.replaceAll(SPECIAL, "\\$&")}*`;
  let cursor = "0";
  for (let call = 0; call < MAX_CALLS; call += 1) {
    const args = [cursor, pattern, NAMES_PER_CALL];
    const [next] = await ask({ script: SCRIPTS.removeItem, keys, args }) as [string, number];
    cursor = next;
    if (cursor === "0") return;
  }
  throw new RangeError(`Cannot remove ${prefix}* as the server's names must end: they do not`);
}
