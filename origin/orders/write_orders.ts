import type { Clock } from "../../shared/clock.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import { formatMessageId } from "../../shared/ticket.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { numbered, writeOrderEvents } from "../feed/order_events.ts";
import { enterInbox } from "./inbox.ts";
import { isOfRemovedCopy } from "../rehearsal/copies.ts";
import { type LockedItem, lockItem, lockKnownItem, takeStock } from "./lock_item.ts";
import type { WriteOutcome } from "./order_book.ts";
import {
  ORDER_COLUMNS,
  refusedRow,
  ticketsOf,
  type TicketToWrite,
  unpaidRow,
} from "./order_rows.ts";

/** Rolls the transaction back: the batch has to be looked at more closely. */
class GuardMissed extends Error {
  override name = "GuardMissed";
}

/**
 * `OrderBook.writeOrders`: the whole batch in one transaction, or nothing of it. A new message is
 * written without asking which of its tickets have a row, since none has, which saves a tenth of
 * the time. Only when that misses a guard are they looked up, in a second transaction: a split
 * that broke off, or a salvage, may have written some of them.
 */
export async function writeOrders(
  database: Database,
  clock: Clock,
  message: OrderMessage,
  content: string,
): Promise<WriteOutcome> {
  for (const lookFirst of [false, true]) {
    try {
      return await database.transaction((tx) =>
        writeBatch(tx, clock(), message, content, lookFirst)
      );
    } catch (error) {
      if (!(error instanceof GuardMissed)) throw error;
    }
  }
  return { kind: "guard" };
}

async function writeBatch(
  tx: Sql,
  nowMs: number,
  message: OrderMessage,
  content: string,
  lookFirst: boolean,
): Promise<WriteOutcome> {
  const found = await lockItem(tx, message.item);
  if (!found && await isOfRemovedCopy(tx, message.item)) return { kind: "known" };
  const item = found ?? await lockKnownItem(tx, message.item);
  const messageId = formatMessageId(message.item, message.firstSeq);
  const answer = await enterInbox(tx, messageId, content, nowMs);
  if (answer !== "new") return { kind: answer };

  const late = message.epoch < item.ledgerEpoch;
  const all = ticketsOf(message);
  const tickets = lookFirst || late ? await withoutRow(tx, all) : all;
  if (tickets.length === 0) return { kind: "written", orders: 0, refused: 0 };
  if (late) {
    const rows = tickets.map((ticket) => refusedRow(item, ticket, "late", nowMs));
    const firstId = await tx.insertMany("orders", ORDER_COLUMNS, rows);
    const change = { item, was: null, becomes: "refused" } as const;
    await writeOrderEvents(tx, change, numbered(tickets, firstId), nowMs);
    return { kind: "written", orders: 0, refused: rows.length };
  }
  await insertUnpaid(tx, item, tickets, nowMs);
  return { kind: "written", orders: tickets.length, refused: 0 };
}

async function insertUnpaid(
  tx: Sql,
  item: LockedItem,
  tickets: TicketToWrite[],
  nowMs: number,
): Promise<void> {
  const quantity = tickets.reduce((sum, ticket) => sum + ticket.quantity, 0);
  if (!await takeStock(tx, item, quantity)) throw new GuardMissed();
  const rows = tickets.map((ticket) => unpaidRow(item, ticket, nowMs));
  let firstId: number;
  try {
    firstId = await tx.insertMany("orders", ORDER_COLUMNS, rows);
  } catch (error) {
    // A ticket that has a row, or a second live order of its buyer.
    if (error instanceof DatabaseError && error.fault === "duplicate") throw new GuardMissed();
    throw error;
  }
  const change = { item, was: null, becomes: "unpaid" } as const;
  const [{ messageId }] = tickets as [TicketToWrite];
  await writeOrderEvents(tx, change, numbered(tickets, firstId), nowMs, messageId);
}

/** The tickets that have no row yet: a split that broke off, or a salvage, may have been faster. */
export async function withoutRow(tx: Sql, tickets: TicketToWrite[]): Promise<TicketToWrite[]> {
  const written = new Set<string>();
  for (const { marks, values } of inLists(tickets.map(({ ticket }) => ticket))) {
    const rows = await tx.query<{ ticket: string }>(
      `SELECT ticket FROM orders WHERE ticket IN (${marks})`,
      values,
    );
    for (const { ticket } of rows) written.add(ticket);
  }
  return tickets.filter(({ ticket }) => !written.has(ticket));
}
