import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Clock } from "../../shared/clock.ts";
import { raiseCatalogVersion } from "../catalog/catalog_version.ts";
import type { Database, Sql } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { closeItem } from "./item_epochs.ts";
import { lockKnownItem } from "./lock_item.ts";
import type { StockEvent } from "./order_book.ts";

/** Most events read at once, whatever the caller asks for. */
const MAX_EVENTS = 10_000;

interface EventRow {
  id: string;
  sale_id: number;
  product_id: number;
  kind: StockEvent["kind"];
  ticket: string | null;
  delta: number;
  ledger_epoch: number;
  state: "pending" | "done" | "void";
}

const EVENT_FIELDS = "e.id, e.sale_id, e.product_id, e.kind, e.ticket, e.delta, e.ledger_epoch, " +
  "e.state";

/**
 * `OrderBook.pendingStockEvents`. Events that a later snapshot has overtaken are finished here: the
 * ledger that they were meant for is over, and its successor was built from rows that contain them
 * (a take-back, which is in no row yet, is void). Events of closed items come last, so that they
 * keep nobody waiting.
 */
export async function pendingStockEvents(
  database: Database,
  clock: Clock,
  limit: number,
): Promise<StockEvent[]> {
  const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_EVENTS);
  const rows = await database.query<EventRow & { current_epoch: number }>(
    `SELECT ${EVENT_FIELDS}, i.ledger_epoch AS current_epoch
       FROM stock_event e
       JOIN sale_item i ON i.sale_id = e.sale_id AND i.product_id = e.product_id
      WHERE e.state = 'pending'
      ORDER BY CASE WHEN i.open_epoch > 0 THEN 0 ELSE 1 END, e.position
      LIMIT ${most}`,
  );
  // Epochs only rise: what was overtaken when it was read is overtaken for good.
  const overtaken = rows.filter((row) => row.ledger_epoch < row.current_epoch);
  if (overtaken.length > 0) await finishOvertaken(database, clock(), overtaken);
  return rows.filter((row) => row.ledger_epoch >= row.current_epoch).map(eventOf);
}

async function finishOvertaken(
  database: Database,
  nowMs: number,
  overtaken: EventRow[],
): Promise<void> {
  await database.transaction(async (tx) => {
    for (const { marks, values } of inLists(overtaken.map(({ id }) => id))) {
      await tx.execute(
        `UPDATE stock_event
            SET state = CASE WHEN kind = 'take_back' THEN 'void' ELSE 'done' END, applied_at = ?
          WHERE state = 'pending' AND id IN (${marks})`,
        [nowMs, ...values],
      );
    }
  });
}

/** `OrderBook.finishStockEvents`. */
export async function finishStockEvents(
  database: Database,
  clock: Clock,
  results: { id: string; state: "done" | "void" }[],
): Promise<("done" | "void")[]> {
  if (results.length === 0) return [];
  const ids = results.map(({ id }) => id);
  const kinds = await readEvents(database, ids);
  const simple: string[] = [];
  for (const { id, state } of results) {
    const event = kinds.get(id);
    if (event?.state !== "pending") continue;
    if (event.kind === "take_back") await finishTakeBack(database, clock(), event, state);
    else simple.push(id);
  }
  if (simple.length > 0) await markDone(database, clock(), simple);
  const after = await readEvents(database, ids);
  return ids.map((id) => after.get(id)?.state === "done" ? "done" : "void");
}

/**
 * A take-back lowers the item's stock only now, and only while the ledger that gave the pieces is
 * still the one in force; a later ledger was opened without this change.
 */
async function finishTakeBack(
  database: Database,
  nowMs: number,
  event: EventRow,
  answer: "done" | "void",
): Promise<void> {
  await database.transaction(async (tx) => {
    const item = await lockKnownItem(tx, itemOf(event));
    const counts = answer === "done" && event.ledger_epoch === item.ledgerEpoch;
    const fits = item.stock + event.delta >= item.sold;
    const state = counts && fits ? "done" : "void";
    const { affectedRows } = await tx.execute(
      "UPDATE stock_event SET state = ?, applied_at = ? WHERE id = ? AND state = 'pending'",
      [state, nowMs, event.id],
    );
    if (affectedRows === 0 || !counts) return;
    // The ledger gave away pieces that the orders hold: it is wrong, and its rebuild forgets this.
    if (!fits) return await closeItem(tx, item);
    await tx.execute(
      "UPDATE sale_item SET stock = stock + ? WHERE sale_id = ? AND product_id = ?",
      [event.delta, item.saleId, item.productId],
    );
    await raiseCatalogVersion(tx);
  });
}

async function markDone(database: Database, nowMs: number, ids: string[]): Promise<void> {
  await database.transaction(async (tx) => {
    for (const { marks, values } of inLists(ids)) {
      await tx.execute(
        `UPDATE stock_event SET state = 'done', applied_at = ?
          WHERE state = 'pending' AND id IN (${marks})`,
        [nowMs, ...values],
      );
    }
  });
}

/** Events by id; ids that do not exist are left out. */
export async function readEvents(sql: Sql, ids: string[]): Promise<Map<string, EventRow>> {
  const found = new Map<string, EventRow>();
  for (const { marks, values } of inLists(ids)) {
    const rows = await sql.query<EventRow>(
      `SELECT ${EVENT_FIELDS} FROM stock_event e WHERE e.id IN (${marks})`,
      values,
    );
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

function itemOf(row: EventRow): ItemKey {
  return itemKey(row.sale_id, row.product_id);
}

/** An event as the order book shows it. */
export function eventOf(row: EventRow): StockEvent {
  const { id, kind, ticket, delta, ledger_epoch } = row;
  return { id, item: itemOf(row), epoch: ledger_epoch, kind, ticket, delta };
}
