import type { Clock } from "../../shared/clock.ts";
import { encodeOrderMessage, type OrderMessage } from "../../shared/order_message.ts";
import { formatMessageId } from "../../shared/ticket.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { writeOrderEvents } from "../feed/order_events.ts";
import { askInbox, enterInbox } from "./inbox.ts";
import { closeItem } from "./item_epochs.ts";
import { type LockedItem, lockKnownItem, takeStock } from "./lock_item.ts";
import type { SplitOutcome } from "./order_book.ts";
import {
  ORDER_COLUMNS,
  refusedRow,
  ticketsOf,
  type TicketToWrite,
  unpaidRow,
} from "./order_rows.ts";
import { keepMessage } from "./parked_messages.ts";
import { insertTicketEvent } from "./ticket_events.ts";
import { withoutRow } from "./write_orders.ts";

/** What one transaction made of one ticket. */
type TicketOutcome = "order" | "had_row" | "late" | "unwritable" | "clash";

/**
 * `OrderBook.writeOrdersSingly`: one transaction per ticket, the inbox row last. After a crash in
 * between, the next run finds the rows that exist and goes on behind them.
 */
export async function writeOrdersSingly(
  database: Database,
  clock: Clock,
  message: OrderMessage,
  content: string,
): Promise<SplitOutcome> {
  const outcome: SplitOutcome = { orders: 0, refused: 0, parked: [], clashes: [] };
  const messageId = formatMessageId(message.item, message.firstSeq);
  const answer = await askInbox(database, messageId, content);
  if (answer === "content_clash") throw contentClash(messageId);
  if (answer === "known") return outcome;

  for (const ticket of ticketsOf(message)) {
    const written = await database.transaction((tx) => writeTicket(tx, clock(), message, ticket));
    if (written === "order") outcome.orders += 1;
    else if (written !== "had_row") outcome.refused += 1;
    if (written === "unwritable") outcome.parked.push(ticket.ticket);
    if (written === "clash") outcome.clashes.push(ticket.ticket);
  }
  await database.transaction(async (tx) => {
    await lockKnownItem(tx, message.item);
    const entered = await enterInbox(tx, messageId, content, clock());
    if (entered === "content_clash") throw contentClash(messageId);
  });
  return outcome;
}

async function writeTicket(
  tx: Sql,
  nowMs: number,
  message: OrderMessage,
  ticket: TicketToWrite,
): Promise<TicketOutcome> {
  const item = await lockKnownItem(tx, message.item);
  if ((await withoutRow(tx, [ticket])).length === 0) return "had_row";
  const refuse = async (reason: string) => {
    const row = refusedRow(item, ticket, reason, nowMs);
    const id = await tx.insertMany("orders", ORDER_COLUMNS, [row]);
    const change = { item, was: null, becomes: "refused" } as const;
    await writeOrderEvents(tx, change, [{ id, ...ticket }], nowMs);
  };

  if (message.epoch < item.ledgerEpoch) {
    await refuse("late");
    return "late";
  }
  const obstacle = await tryOrder(tx, item, ticket, nowMs);
  if (obstacle === null) return "order";
  if (obstacle.fault === "invalid") {
    await refuse("unwritable");
    await insertTicketEvent(tx, item, "restock", ticket, nowMs);
    await keepMessage(tx, {
      messageId: ticket.messageId,
      ticket: ticket.ticket,
      content: encodeOrderMessage(onlyOf(message, ticket)),
      reason: `unwritable: ${obstacle.message}`,
    }, nowMs);
    return "unwritable";
  }
  await refuse("ledger_wrong");
  await insertTicketEvent(tx, item, "drop", ticket, nowMs);
  await closeItem(tx, item);
  return "clash";
}

/**
 * Writes the order, or changes nothing and tells what stands in its way: `duplicate` for a missed
 * guard or a live clash (the ledger is wrong), `invalid` for data that the database will not take.
 */
async function tryOrder(
  tx: Sql,
  item: LockedItem,
  ticket: TicketToWrite,
  nowMs: number,
): Promise<{ fault: "duplicate" | "invalid"; message: string } | null> {
  let id: number;
  try {
    // The order first: a quantity beyond all bounds is poison, not a proof against the ledger.
    id = await tx.insertMany("orders", ORDER_COLUMNS, [unpaidRow(item, ticket, nowMs)]);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { fault, message } = error;
    if (fault !== "duplicate" && fault !== "invalid") throw error;
    return { fault, message };
  }
  if (await takeStock(tx, item, ticket.quantity)) {
    const change = { item, was: null, becomes: "unpaid" } as const;
    await writeOrderEvents(tx, change, [{ id, ...ticket }], nowMs);
    return null;
  }
  await tx.execute("DELETE FROM orders WHERE ticket = ?", [ticket.ticket]);
  return { fault: "duplicate", message: "the stock does not reach" };
}

/** A message of one ticket, so that what is kept can be read like any other. */
function onlyOf(message: OrderMessage, ticket: TicketToWrite): OrderMessage {
  const { userId, quantity, requestId } = ticket;
  return { ...message, firstSeq: ticket.seq, orders: [{ userId, quantity, requestId }] };
}

function contentClash(messageId: string): DatabaseError {
  return new DatabaseError(
    "invalid",
    `Cannot write a message as its text must be the one written before: current value is ` +
      messageId,
  );
}
