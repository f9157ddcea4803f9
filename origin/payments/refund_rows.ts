import type { Clock } from "../../shared/clock.ts";
import type { TicketParts } from "../../shared/ticket.ts";
import type { Database, Sql } from "../database/database.ts";
import { despiteDeadlocks } from "../database/despite_deadlocks.ts";
import type { PaymentRecord, RefundResult } from "./payment_book.ts";
import { PAYMENT_FIELDS, paymentOf } from "./payment_rows.ts";
import { lockTicket, tellChange, type TicketLock } from "./settle_order.ts";
import { readTicket } from "./take_payment.ts";

/** Tries to give a payment back before an operator has to look at it. */
export const MAX_REFUND_ATTEMPTS = 10;

/** The pause after the first failed try, ms; it doubles with each one, up to the longest. */
export const FIRST_REFUND_PAUSE_MS = 5_000;
export const LONGEST_REFUND_PAUSE_MS = 3_600_000;

/** How long a payment that was handed out is kept from others: longer than any try takes. */
export const REFUND_CLAIM_MS = 60_000;

/** Most payments handed out at once, whatever the caller asks for. */
const MAX_DUE = 1_000;

/** Characters of an error that are kept. */
const MAX_ERROR_LENGTH = 500;

/** `PaymentBook.dueRefunds`. */
export async function dueRefunds(
  database: Database,
  clock: Clock,
  limit: number,
): Promise<PaymentRecord[]> {
  const nowMs = clock();
  const rows = await database.query(
    `SELECT ${PAYMENT_FIELDS} FROM payment
      WHERE state = 'refund_due' AND refund_attempts < ? AND next_refund_at <= ?
      ORDER BY next_refund_at, id LIMIT ?`,
    [MAX_REFUND_ATTEMPTS, nowMs, Math.min(Math.max(1, Math.trunc(limit)), MAX_DUE)],
  );
  const claimed: PaymentRecord[] = [];
  for (const payment of rows.map(paymentOf)) {
    const nextRefundAt = nowMs + REFUND_CLAIM_MS;
    const { affectedRows } = await database.execute(
      `UPDATE payment SET next_refund_at = ?
        WHERE id = ? AND state = 'refund_due' AND next_refund_at = ?`,
      [nextRefundAt, payment.id, payment.nextRefundAt],
    );
    if (affectedRows === 1) claimed.push({ ...payment, nextRefundAt });
  }
  return claimed;
}

/** `PaymentBook.finishRefund`. A payment that is not to be given back stays as it is. */
export async function finishRefund(
  database: Database,
  clock: Clock,
  paymentId: string,
  result: RefundResult,
): Promise<void> {
  const [found] = await database.query<{ ticket: string }>(
    "SELECT ticket FROM payment WHERE payment_id = ?",
    [paymentId],
  );
  if (!found) return;
  const ids = readTicket(found.ticket);
  await despiteDeadlocks(() =>
    database.transaction(async (tx) => {
      const lock = await lockTicket(tx, ids, found.ticket);
      const [row] = await tx.query(
        `SELECT ${PAYMENT_FIELDS} FROM payment WHERE payment_id = ?`,
        [paymentId],
      );
      const payment = row && paymentOf(row);
      if (payment?.state !== "refund_due") return;
      if (result.kind === "refunded") await markRefunded(tx, payment, ids, lock, clock());
      else await markFailed(tx, payment, result.error, clock());
    })
  );
}

async function markRefunded(
  tx: Sql,
  payment: PaymentRecord,
  ids: TicketParts,
  { order }: TicketLock,
  nowMs: number,
): Promise<void> {
  await tx.execute(
    "UPDATE payment SET state = 'refunded', refund_error = NULL, updated_at = ? WHERE id = ?",
    [nowMs, payment.id],
  );
  const due = await tx.query(
    "SELECT id FROM payment WHERE ticket = ? AND state = 'refund_due' LIMIT 1",
    [payment.ticket],
  );
  if (due.length > 0) return;
  const { affectedRows } = await tx.execute(
    `UPDATE orders SET status = 'refunded', updated_at = ?
      WHERE ticket = ? AND status = 'refund_due'`,
    [nowMs, payment.ticket],
  );
  if (affectedRows === 0 || !order) return;
  await tellChange(tx, { to: "refunded", before: order }, ids, payment.ticket, nowMs);
}

async function markFailed(
  tx: Sql,
  payment: PaymentRecord,
  error: string,
  nowMs: number,
): Promise<void> {
  const attempts = payment.refundAttempts + 1;
  await tx.execute(
    `UPDATE payment
        SET refund_attempts = ?, next_refund_at = ?, refund_error = ?, updated_at = ?
      WHERE id = ?`,
    [
      attempts,
      nowMs + refundPauseMs(attempts),
      error.toWellFormed().slice(0, MAX_ERROR_LENGTH).toWellFormed(),
      nowMs,
      payment.id,
    ],
  );
}

/** The pause after so many failed tries, ms. */
export function refundPauseMs(attempts: number): number {
  return Math.min(LONGEST_REFUND_PAUSE_MS, FIRST_REFUND_PAUSE_MS * 2 ** (attempts - 1));
}

/** `PaymentBook.retryRefund`. */
export async function retryRefund(
  database: Database,
  clock: Clock,
  paymentId: string,
): Promise<boolean> {
  const { affectedRows } = await database.execute(
    `UPDATE payment SET refund_attempts = 0, next_refund_at = 0, updated_at = ?
      WHERE payment_id = ? AND state = 'refund_due'`,
    [clock(), paymentId],
  );
  return affectedRows > 0;
}
