import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import { raiseCatalogVersion } from "../catalog/catalog_version.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { type LockedItem, lockItem } from "./lock_item.ts";
import type { StockEvent, StockRequest } from "./order_book.ts";
import { eventOf, readEvents } from "./stock_events.ts";

/** Most pieces that can be on sale. */
const MAX_STOCK = 1_000_000_000;

/** No colon: the ids of events about tickets have one. */
const CHANGE_ID_PATTERN = /^[A-Za-z0-9_.@-]{1,128}$/;

/**
 * `OrderBook.requestStockChange`. A top-up counts at once in the database and is told to the ledger
 * afterwards; a take-back is only a wish until the ledger has given the pieces. Either way a crash
 * in between leaves pieces unsold, never sold twice. A repeated id gets the event that it made,
 * whatever delta is asked for now.
 */
export async function requestStockChange(
  database: Database,
  clock: Clock,
  item: ItemKey,
  changeId: string,
  delta: number,
): Promise<StockRequest> {
  if (!CHANGE_ID_PATTERN.test(changeId)) return refused("this is no id of a change");
  if (!Number.isSafeInteger(delta) || delta === 0) return refused("it changes nothing");
  try {
    return await database.transaction((tx) => request(tx, clock(), item, changeId, delta));
  } catch (error) {
    // Another item's change with this id was written between the look-up and the insert.
    if (error instanceof DatabaseError && error.fault === "duplicate") return idUsed();
    throw error;
  }
}

async function request(
  tx: Sql,
  nowMs: number,
  item: ItemKey,
  changeId: string,
  delta: number,
): Promise<StockRequest> {
  const locked = await lockItem(tx, item);
  if (!locked) return { kind: "unknown_item" };
  const before = (await readEvents(tx, [changeId])).get(changeId);
  if (before) {
    const event = eventOf(before);
    return event.item === item ? { kind: "accepted", event } : idUsed();
  }
  if (locked.openEpoch === 0) return { kind: "recovering" };
  const obstacle = obstacleTo(locked, delta);
  if (obstacle) return refused(obstacle);

  const kind = delta > 0 ? "top_up" : "take_back";
  const event: StockEvent = {
    id: changeId,
    item,
    epoch: locked.ledgerEpoch,
    kind,
    ticket: null,
    delta,
  };
  await insertOperatorEvent(tx, locked, event, nowMs);
  if (kind === "top_up") {
    await tx.execute(
      "UPDATE sale_item SET stock = stock + ? WHERE sale_id = ? AND product_id = ?",
      [delta, locked.saleId, locked.productId],
    );
    await raiseCatalogVersion(tx);
  }
  return { kind: "accepted", event };
}

function obstacleTo(item: LockedItem, delta: number): string | null {
  if (item.stock < 0) return "the stock is unlimited";
  const stock = item.stock + delta;
  if (stock > MAX_STOCK) return `more than ${MAX_STOCK} pieces cannot be on sale`;
  // The ledger decides about a take-back; what the orders already hold need not be asked.
  if (stock < item.sold) return `only ${item.stock - item.sold} pieces are unsold`;
  return null;
}

async function insertOperatorEvent(
  tx: Sql,
  item: LockedItem,
  event: StockEvent,
  nowMs: number,
): Promise<void> {
  await tx.execute(
    `INSERT INTO stock_event
       (id, sale_id, product_id, kind, ticket, delta, ledger_epoch, state, created_at)
     VALUES (?, ?, ?, ?, NULL, ?, ?, 'pending', ?)`,
    [event.id, item.saleId, item.productId, event.kind, event.delta, event.epoch, nowMs],
  );
}

function refused(reason: string): StockRequest {
  return { kind: "refused", reason };
}

function idUsed(): StockRequest {
  return refused("this id was used for another item");
}
