import type { ItemKey } from "../../shared/item.ts";

/** The keys of one item. The braces keep all of them in one slot of a cluster. */
export interface ItemKeys {
  meta: string;
  holders: string;
  outbox: string;
  due: string;
  sends: string;
  changes: string;
}

/** `<namespace>:{saleId-productId}:<what>`. */
export function keysOf(namespace: string, item: ItemKey): ItemKeys {
  const prefix = `${namespace}:{${item}}:`;
  return {
    meta: prefix + "meta",
    holders: prefix + "holders",
    outbox: prefix + "outbox",
    due: prefix + "due",
    sends: prefix + "sends",
    changes: prefix + "changes",
  };
}

/** Where an item remembers a pass that was spent on it. */
export function spentPassKey(namespace: string, item: ItemKey, passId: string): string {
  return `${namespace}:{${item}}:pass:${passId}`;
}

/** Where a sale with several items remembers whose a pass is; in a slot of its own. */
export function claimedPassKey(namespace: string, saleId: number, passId: string): string {
  return `${namespace}:{sale-${saleId}}:pass:${passId}`;
}

/** Where reservations wait while an epoch is being opened. */
export function stageKey(namespace: string, item: ItemKey, epoch: number): string {
  return `${namespace}:{${item}}:stage:${epoch}`;
}
