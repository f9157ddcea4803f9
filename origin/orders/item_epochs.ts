import type { Clock } from "../../shared/clock.ts";
import { type ItemEpoch, type ItemKey, parseItemKey } from "../../shared/item.ts";
import { raiseCatalogVersion } from "../catalog/catalog_version.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { isCleaned } from "./cleaned_sales.ts";
import { type LockedItem, lockItem, lockKnownItem } from "./lock_item.ts";
import type { ItemState } from "./order_book.ts";
import { ITEM_STATE, itemStateOf, type ItemStateRow } from "./read_items.ts";

/** Most items that are handed out for opening at once; the next ones come when these are open. */
const MAX_ITEMS_TO_OPEN = 1_000;

/**
 * How long after its end a sale is still worth a ledger: buyers may ask again for their ticket, and
 * a sale that was closed early counts until then too. After that only stock events on their way do.
 */
export const OPEN_AFTER_END_MS = 30 * 24 * 60 * 60_000;

/** `OrderBook.itemsToOpen`: those that start first come first. */
export async function itemsToOpen(database: Database, clock: Clock): Promise<ItemState[]> {
  const rows = await database.query<ItemStateRow>(
    `${ITEM_STATE} WHERE s.status <> 'draft' AND s.cleaned_at IS NULL AND i.open_epoch = 0
      AND (s.ends_at > ? OR EXISTS (SELECT 1 FROM stock_event e WHERE e.state = 'pending'
        AND e.sale_id = i.sale_id AND e.product_id = i.product_id))
      ORDER BY s.starts_at, i.sale_id, i.position LIMIT ${MAX_ITEMS_TO_OPEN}`,
    [clock() - OPEN_AFTER_END_MS],
  );
  return rows.map(itemStateOf);
}

/**
 * `OrderBook.raiseEpoch`. @throws {DatabaseError} `invalid` for an unknown item, for one of a
 * rehearsal's copy that is being removed, and for one of a sale that was cleaned up.
 */
export function raiseEpoch(database: Database, item: ItemKey): Promise<number> {
  return database.transaction(async (tx) => {
    const locked = await lockKnownItem(tx, item);
    if (locked.isWithdrawn) {
      const rule = "its rehearsal must not be over: current value is";
      throw new DatabaseError("invalid", `Cannot open an item as ${rule} ${item}`);
    }
    // Nobody would carry its routes away once more.
    if (await isCleaned(tx, locked.saleId)) {
      const rule = "its sale must not be cleaned up: current value is";
      throw new DatabaseError("invalid", `Cannot open an item as ${rule} ${item}`);
    }
    const epoch = locked.epoch + 1;
    await tx.execute(
      "UPDATE sale_item SET epoch = ?, open_epoch = 0 WHERE sale_id = ? AND product_id = ?",
      [epoch, locked.saleId, locked.productId],
    );
    if (locked.openEpoch !== 0) await raiseCatalogVersion(tx);
    return epoch;
  });
}

/**
 * `OrderBook.closeItems`. Like everything that changes an item it takes the row's lock first and by
 * the primary key: MariaDB may find a row for an UPDATE by another index, and then holds that while
 * it waits for somebody who has the row and needs the index. Closers lost these deadlocks for seconds.
 */
export async function closeItems(database: Database, items: ItemEpoch[]): Promise<void> {
  // One order for everybody, so that two that close the same items cannot deadlock.
  const ordered = items.map((one) => ({ ...one, ...parseItemKey(one.item) }))
    .sort((a, b) => a.saleId - b.saleId || a.productId - b.productId);
  if (ordered.length === 0) return;
  await database.transaction(async (tx) => {
    let closed = 0;
    for (const { item, saleId, productId, epoch } of ordered) {
      const locked = await lockItem(tx, item);
      if (!locked || locked.openEpoch !== epoch || epoch <= 0) continue;
      await tx.execute(
        "UPDATE sale_item SET open_epoch = 0 WHERE sale_id = ? AND product_id = ?",
        [saleId, productId],
      );
      closed += 1;
    }
    if (closed > 0) await raiseCatalogVersion(tx);
  });
}

/** Closes an item whose ledger was found to be wrong, within the transaction that found it. */
export async function closeItem(tx: Sql, item: LockedItem): Promise<void> {
  const { affectedRows } = await tx.execute(
    `UPDATE sale_item SET open_epoch = 0
      WHERE sale_id = ? AND product_id = ? AND open_epoch > 0`,
    [item.saleId, item.productId],
  );
  if (affectedRows > 0) await raiseCatalogVersion(tx);
}

/** `OrderBook.markDrained`: nothing happens once a higher epoch was begun. */
export async function markDrained(database: Database, { item, epoch }: ItemEpoch): Promise<void> {
  await database.transaction(async (tx) => {
    const locked = await lockItem(tx, item);
    if (locked?.epoch !== epoch) return;
    await tx.execute(
      "UPDATE sale_item SET drained_epoch = ? WHERE sale_id = ? AND product_id = ?",
      [epoch, locked.saleId, locked.productId],
    );
  });
}

/** `OrderBook.markOpen`. Only what was snapshotted under this epoch can be opened. */
export function markOpen(database: Database, { item, epoch }: ItemEpoch): Promise<boolean> {
  return database.transaction(async (tx) => {
    const locked = await lockItem(tx, item);
    if (locked?.epoch !== epoch || locked.ledgerEpoch !== epoch) return false;
    await tx.execute(
      "UPDATE sale_item SET open_epoch = ? WHERE sale_id = ? AND product_id = ?",
      [epoch, locked.saleId, locked.productId],
    );
    await raiseCatalogVersion(tx);
    return true;
  });
}
