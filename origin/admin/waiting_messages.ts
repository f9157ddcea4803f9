import type { ItemEpoch } from "../../shared/item.ts";
import type { OutboxSlice, WaitingMessage } from "../ledger/stock_ledger.ts";
import type { Page } from "../orders/order_book.ts";
import type { AdminParts } from "./admin_parts.ts";

/** Items asked for in one call of the ledger. */
const ITEMS_PER_CALL = 500;

/** What was decided and not handed over, over all open items. */
export interface WaitingSums {
  messages: number;
  /** Items that have any. */
  items: number;
  /** When the ledger decided the one that waits longest, ms; null when none waits. */
  oldestAt: number | null;
}

type WaitingParts = Pick<AdminParts, "ledger" | "registry">;

/** Counts what waits. @throws when the ledger cannot be asked. */
export async function sumWaiting(parts: WaitingParts): Promise<WaitingSums> {
  const counted = await countWaiting(parts);
  const oldest = counted.flatMap(({ oldestAt }) => oldestAt === null ? [] : [oldestAt]);
  return {
    messages: counted.reduce((sum, { total }) => sum + total, 0),
    items: counted.filter(({ total }) => total > 0).length,
    // Not spread into one call: there may be more items than a call takes arguments.
    oldestAt: oldest.length === 0 ? null : oldest.reduce((a, b) => Math.min(a, b)),
  };
}

/** A page of what waits: item by item, of each the longest first. @throws as `sumWaiting`. */
export async function listWaiting(
  parts: WaitingParts,
  page: number,
  per: number,
): Promise<Page<WaitingMessage>> {
  const counted = await countWaiting(parts);
  const slices: OutboxSlice[] = [];
  let skip = (page - 1) * per;
  let room = per;
  for (const { item, epoch, total } of counted) {
    if (room === 0) break;
    const limit = Math.min(room, Math.max(0, total - skip));
    if (limit > 0) slices.push({ item, epoch, skip, limit });
    skip = Math.max(0, skip - total);
    room -= limit;
  }
  const found = slices.length === 0 ? [] : await parts.ledger.listOutbox(slices);
  return {
    items: found.flatMap((part) => part?.messages ?? []),
    page,
    per,
    total: counted.reduce((sum, { total }) => sum + total, 0),
  };
}

async function countWaiting(
  { ledger, registry }: WaitingParts,
): Promise<(ItemEpoch & { total: number; oldestAt: number | null })[]> {
  const items = registry.openItems();
  const counted: (ItemEpoch & { total: number; oldestAt: number | null })[] = [];
  for (let at = 0; at < items.length; at += ITEMS_PER_CALL) {
    const asked = items.slice(at, at + ITEMS_PER_CALL);
    const parts = await ledger.listOutbox(asked.map((item) => ({ ...item, skip: 0, limit: 0 })));
    asked.forEach((item, index) => {
      // An item that is being recovered has no outbox of its own; what was in it is salvaged.
      const { total, oldestAt } = parts[index] ?? { total: 0, oldestAt: null };
      counted.push({ ...item, total, oldestAt });
    });
  }
  return counted;
}
