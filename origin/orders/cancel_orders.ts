import type { Clock } from "../../shared/clock.ts";
import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import { itemOfTicket, parseTicket } from "../../shared/ticket.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import { inLists } from "../database/in_lists.ts";
import { writeOrderEvents } from "../feed/order_events.ts";
import { barRepeaters } from "./bar_buyers.ts";
import { type LockedItem, lockItem } from "./lock_item.ts";
import { insertTicketEvents } from "./ticket_events.ts";
import type { CancelOutcome, CancelReason } from "./unpaid_book.ts";

/**
 * Tickets of one item that end in one transaction. It holds the lock that the writing of orders
 * waits for, so it has to be short: 256 take about 30 ms on MariaDB.
 */
export const TICKETS_PER_TRANSACTION = 256;

/** Most due tickets read at once, whatever the caller asks for. */
export const MAX_DUE = 10_000;

/** `UnpaidBook.dueTickets`. */
export async function dueTickets(
  database: Database,
  clock: Clock,
  limit: number,
  notOf: ItemKey[] = [],
): Promise<string[]> {
  const without = notOf.map(() => " AND NOT (sale_id = ? AND product_id = ?)").join("");
  const left = notOf.map(parseItemKey).flatMap(({ saleId, productId }) => [saleId, productId]);
  const rows = await database.query<{ ticket: string }>(
    `SELECT ticket FROM orders WHERE status = 'unpaid' AND pay_by <= ?${without}
      ORDER BY pay_by LIMIT ?`,
    [clock(), ...left, Math.min(Math.max(1, Math.trunc(limit)), MAX_DUE)],
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
      const ended = await despiteDeadlocks(() =>
        database.transaction((tx) => cancel(tx, clock, item, some, reason))
      );
      for (const [ticket, outcome] of ended.outcomes) outcomes.set(ticket, outcome);
      // After the commit, so that of two items that let holds of a buyer expire at the same moment
      // the later one counts both; and without a lock, since each would wait for the other's rows.
      const { saleId } = parseItemKey(item);
      await barRepeaters(database, saleId, ended.expired, ended.justExpired, clock());
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
  id: number;
  ticket: string;
  user_id: string;
  quantity: number;
  status: string;
  reason: string | null;
  pay_by: number;
}

/** What one transaction found and did. */
interface Ended {
  outcomes: Map<string, CancelOutcome>;
  /** Users whose hold expired, in this transaction or before it. */
  expired: string[];
  /** Those of them whose hold expired in this transaction. */
  justExpired: Set<string>;
}

/** One transaction: everything that ends with these orders, or nothing. */
async function cancel(
  tx: Sql,
  clock: Clock,
  key: ItemKey,
  tickets: string[],
  reason: CancelReason,
): Promise<Ended> {
  const outcomes = new Map<string, CancelOutcome>();
  const expired: string[] = [];
  const justExpired = new Set<string>();
  const item = await lockItem(tx, key);
  if (!item) return { outcomes, expired, justExpired };
  // Only now: waiting for the lock may have taken a while.
  const nowMs = clock();
  const ending: OrderRow[] = [];
  for (const row of await readRows(tx, tickets)) {
    const outcome = outcomeFor(row, reason, nowMs);
    if (outcome === "cancelled") ending.push(row);
    outcomes.set(row.ticket, outcome);
    // Also one that expired before: whoever ended it may have died before it counted.
    const hasExpired = outcome === "cancelled" || row.reason === "expired";
    if (reason !== "expired" || !hasExpired) continue;
    expired.push(row.user_id);
    if (outcome === "cancelled") justExpired.add(row.user_id);
  }
  if (ending.length === 0) return { outcomes, expired, justExpired };
  await endOrders(tx, item, ending, reason, nowMs);
  await insertTicketEvents(tx, item, "restock", ending, nowMs);
  await writeOrderEvents(tx, { item, was: "unpaid", becomes: "cancelled" }, ending, nowMs);
  return { outcomes, expired, justExpired };
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
        `SELECT id, ticket, user_id, quantity, status, reason, pay_by FROM orders
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
  // By the primary key: through an index on the status, which the server might choose, rows are
  // locked in another order than a payment locks them.
  for (const { marks, values } of inLists(ending.map(({ id }) => id))) {
    const { affectedRows } = await tx.execute(
      `UPDATE orders SET status = 'cancelled', reason = ?, live = NULL, updated_at = ?
        WHERE id IN (${marks}) AND status = 'unpaid'`,
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
