import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import { itemOfTicket, parseTicket } from "../../shared/ticket.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { barRepeaters } from "./bar_buyers.ts";
import { type LockedItem, lockItem } from "./lock_item.ts";
import { insertTicketEvents } from "./ticket_events.ts";
import type { CancelOutcome, CancelReason } from "./unpaid_book.ts";

/**
 * Tickets of one item that end in one transaction. It holds the lock that the writing of orders
 * waits for, so it has to be short: 256 take about 30 ms on MariaDB.
 */
const TICKETS_PER_TRANSACTION = 256;

/** Most due tickets read at once, whatever the caller asks for. */
const MAX_DUE = 10_000;

/** `UnpaidBook.dueTickets`. */
export async function dueTickets(
  database: Database,
  clock: Clock,
  limit: number,
): Promise<string[]> {
  const rows = await database.query<{ ticket: string }>(
    "SELECT ticket FROM orders WHERE status = 'unpaid' AND pay_by <= ? ORDER BY pay_by LIMIT ?",
    [clock(), Math.min(Math.max(1, Math.trunc(limit)), MAX_DUE)],
  );
  return rows.map(({ ticket }) => ticket);
}

/** `UnpaidBook.cancelOrders`. */
export async function cancelOrders(
  database: Database,
  clock: Clock,
  tickets: string[],
  reason: CancelReason,
): Promise<CancelOutcome[]> {
  const outcomes = new Map<string, CancelOutcome>();
  for (const [item, ofItem] of byItem(tickets)) {
    for (let at = 0; at < ofItem.length; at += TICKETS_PER_TRANSACTION) {
      const some = ofItem.slice(at, at + TICKETS_PER_TRANSACTION);
      const ended = await database.transaction((tx) => cancel(tx, clock, item, some, reason));
      for (const [ticket, outcome] of ended) outcomes.set(ticket, outcome);
    }
  }
  const told = new Set<string>();
  return tickets.map((ticket) => {
    const outcome = outcomes.get(ticket) ?? "no_order";
    // One that is named twice was changed once.
    const again = told.has(ticket);
    told.add(ticket);
    return again && outcome === "cancelled" ? "not_unpaid" : outcome;
  });
}

/** The different tickets by item; what cannot be a ticket is left out. */
function byItem(tickets: string[]): Map<ItemKey, string[]> {
  const groups = new Map<ItemKey, string[]>();
  for (const ticket of new Set(tickets)) {
    const parts = parseTicket(ticket);
    if (!parts) continue;
    const item = itemOfTicket(parts);
    const group = groups.get(item);
    if (group) group.push(ticket);
    else groups.set(item, [ticket]);
  }
  return groups;
}

interface OrderRow {
  ticket: string;
  user_id: string;
  quantity: number;
  status: string;
  pay_by: number;
}

/** One transaction: everything that ends with these orders, or nothing. */
async function cancel(
  tx: Sql,
  clock: Clock,
  key: ItemKey,
  tickets: string[],
  reason: CancelReason,
): Promise<Map<string, CancelOutcome>> {
  const outcomes = new Map<string, CancelOutcome>();
  const item = await lockItem(tx, key);
  if (!item) return outcomes;
  // Only now: waiting for the lock may have taken a while.
  const nowMs = clock();
  const ending: OrderRow[] = [];
  for (const row of await readRows(tx, tickets)) {
    const outcome = outcomeFor(row, reason, nowMs);
    if (outcome === "cancelled") ending.push(row);
    outcomes.set(row.ticket, outcome);
  }
  if (ending.length === 0) return outcomes;
  await endOrders(tx, item, ending, reason, nowMs);
  await insertTicketEvents(tx, item, "restock", ending, nowMs);
  if (reason === "expired") {
    await barRepeaters(tx, item.saleId, ending.map(({ user_id }) => user_id), nowMs);
  }
  return outcomes;
}

function outcomeFor(row: OrderRow, reason: CancelReason, nowMs: number): CancelOutcome {
  if (row.status !== "unpaid") return "not_unpaid";
  if (reason === "expired" && row.pay_by > nowMs) return "not_due";
  return "cancelled";
}

/** Locks the rows as well: a payment decides under its order's row alone. */
async function readRows(tx: Sql, tickets: string[]): Promise<OrderRow[]> {
  const rows: OrderRow[] = [];
  for (const { marks, values } of inLists(tickets)) {
    rows.push(
      ...await tx.query<OrderRow>(
        `SELECT ticket, user_id, quantity, status, pay_by FROM orders
          WHERE ticket IN (${marks})${tx.forUpdate}`,
        values,
      ),
    );
  }
  return rows;
}

async function endOrders(
  tx: Sql,
  item: LockedItem,
  ending: OrderRow[],
  reason: CancelReason,
  nowMs: number,
): Promise<void> {
  let ended = 0;
  for (const { marks, values } of inLists(ending.map(({ ticket }) => ticket))) {
    const { affectedRows } = await tx.execute(
      `UPDATE orders SET status = 'cancelled', reason = ?, live = NULL, updated_at = ?
        WHERE status = 'unpaid' AND ticket IN (${marks})`,
      [reason, nowMs, ...values],
    );
    ended += affectedRows;
  }
  if (ended !== ending.length) {
    // Somebody changed a row without its lock: nothing of this may be believed.
    throw new DatabaseError(
      "deadlock",
      `Cannot cancel orders of ${item.item} as all must still be unpaid: current value is ` +
        `${ended} of ${ending.length}`,
    );
  }
  const quantity = ending.reduce((sum, row) => sum + row.quantity, 0);
  await tx.execute(
    "UPDATE sale_item SET sold = sold - ? WHERE sale_id = ? AND product_id = ?",
    [quantity, item.saleId, item.productId],
  );
}
