import type { Clock } from "../../shared/clock.ts";
import { parseTicket, type TicketParts } from "../../shared/ticket.ts";
import { type Database, DatabaseError, type Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import type { PaymentNotice, PaymentOutcome } from "./payment_book.ts";
import { insertPayment } from "./payment_rows.ts";
import { judgePayment, lockTicket, settleOrder, tellChange } from "./settle_order.ts";

/** `PaymentBook.takePayment`. @throws {DatabaseError} `invalid` for a ticket of no item. */
export async function takePayment(
  database: Database,
  clock: Clock,
  notice: PaymentNotice,
): Promise<PaymentOutcome> {
  const ids = readTicket(notice.ticket);
  try {
    return await despiteDeadlocks(() => database.transaction((tx) => take(tx, clock, ids, notice)));
  } catch (error) {
    // The same event or payment came in for two tickets at once, whose locks are two.
    if (error instanceof DatabaseError && error.fault === "duplicate") return "known";
    throw error;
  }
}

async function take(
  tx: Sql,
  clock: Clock,
  ids: TicketParts,
  notice: PaymentNotice,
): Promise<PaymentOutcome> {
  const lock = await lockTicket(tx, ids, notice.ticket);
  const known = await tx.query(
    "SELECT id FROM payment WHERE event_id = ? OR payment_id = ?",
    [notice.eventId, notice.paymentId],
  );
  if (known.length > 0) return "known";
  // Only now: waiting for the lock may have taken a while.
  const nowMs = clock();
  const judged = await judgePayment(tx, lock, ids, notice, nowMs);
  const { verdict } = judged;
  if (verdict === "wrong_amount") return verdict;
  const change = await settleOrder(tx, judged, notice.ticket, nowMs);
  await insertPayment(tx, notice, verdict, nowMs);
  if (change) await tellChange(tx, change, ids, notice.ticket, nowMs);
  return verdict;
}

/** The parts of a ticket that was checked before. @throws {DatabaseError} `invalid`. */
export function readTicket(ticket: string): TicketParts {
  const ids = parseTicket(ticket);
  if (ids) return ids;
  throw new DatabaseError(
    "invalid",
    `Cannot take a payment as it must name a ticket: current value is ${JSON.stringify(ticket)}`,
  );
}
