import type { Sql, SqlRow } from "../database/database.ts";
import type { PaymentNotice, PaymentRecord, PaymentState } from "./payment_book.ts";

/** What `paymentOf` reads. */
export const PAYMENT_FIELDS = "id, event_id, payment_id, ticket, amount, currency, state, " +
  "refund_attempts, next_refund_at, refund_error, created_at";

/** A row of `payment` as the payment book shows it. */
export function paymentOf(row: SqlRow): PaymentRecord {
  return {
    id: row.id as number,
    eventId: row.event_id as string,
    paymentId: row.payment_id as string,
    ticket: row.ticket as string,
    amount: row.amount as number,
    currency: row.currency as string,
    state: row.state as PaymentState,
    refundAttempts: row.refund_attempts as number,
    nextRefundAt: row.next_refund_at as number,
    refundError: row.refund_error as string | null,
    createdAt: row.created_at as number,
  };
}

/** Records a payment. @throws {DatabaseError} `duplicate` when its event or payment is known. */
export async function insertPayment(
  tx: Sql,
  notice: PaymentNotice,
  state: PaymentState,
  nowMs: number,
): Promise<void> {
  const { eventId, paymentId, ticket, amount, currency } = notice;
  await tx.execute(
    `INSERT INTO payment
       (event_id, payment_id, ticket, amount, currency, state, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [eventId, paymentId, ticket, amount, currency, state, nowMs, nowMs],
  );
}
