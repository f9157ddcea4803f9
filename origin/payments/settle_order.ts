import { formatMessageId, type TicketParts } from "../../shared/ticket.ts";
import { DatabaseError, type Sql } from "../database/database.ts";
import type { LockedItem } from "../orders/lock_item.ts";
import type { OrderRecord } from "../orders/order_book.ts";
import { ORDER_COLUMNS, refusedRow } from "../orders/order_rows.ts";
import type { PaymentNotice } from "./payment_book.ts";

/** What a payment asks of its order. */
type Payment = Pick<PaymentNotice, "ticket" | "amount" | "currency">;

/** The part of an order that a payment is held against. */
type PayableOrder = Pick<OrderRecord, "status" | "reason" | "amount" | "currency">;

/**
 * What a payment means: it pays its order, its money goes back, it does not fit the order, or
 * nobody knows yet what becomes of its ticket.
 */
export type Verdict = "applied" | "refund_due" | "wrong_amount" | "stored";

/**
 * Holds a payment against its order, under the item's row lock. A ticket of an epoch that is over
 * and that has no row will never have one: it gets its refusal here. Changes nothing else.
 */
export async function judgePayment(
  tx: Sql,
  item: LockedItem,
  ids: TicketParts,
  payment: Payment,
  nowMs: number,
): Promise<Verdict> {
  const [order] = await tx.query<PayableOrder>(
    "SELECT status, reason, amount, currency FROM orders WHERE ticket = ?",
    [payment.ticket],
  );
  if (!order) {
    if (ids.epoch >= item.ledgerEpoch) return "stored";
    await insertLostRow(tx, item, ids, payment, nowMs);
    return "refund_due";
  }
  // What a lost ticket would have cost is not known: its row only guesses the quantity.
  const fits = order.reason === "lost_in_recovery" ||
    (order.amount === payment.amount && order.currency === payment.currency);
  if (!fits) return "wrong_amount";
  return order.status === "unpaid" ? "applied" : "refund_due";
}

async function insertLostRow(
  tx: Sql,
  item: LockedItem,
  { userId, seq }: TicketParts,
  { ticket, amount }: Payment,
  nowMs: number,
): Promise<void> {
  const pieces = amount / item.price;
  const lost = {
    ticket,
    userId,
    seq,
    quantity: Number.isSafeInteger(pieces) ? pieces : 1,
    // The buyer's own key went with the ledger, so it stays free for another try.
    requestId: `lost-${seq}`,
    messageId: formatMessageId(item.item, seq),
    payBy: nowMs,
  };
  await tx.insertMany("orders", ORDER_COLUMNS, [refusedRow(item, lost, "lost_in_recovery", nowMs)]);
  await owePayment(tx, ticket, nowMs);
}

/** unpaid → paid, under the item's row lock. @throws {DatabaseError} when it is not unpaid. */
export async function payOrder(tx: Sql, ticket: string, nowMs: number): Promise<void> {
  const { affectedRows } = await tx.execute(
    "UPDATE orders SET status = 'paid', updated_at = ? WHERE ticket = ? AND status = 'unpaid'",
    [nowMs, ticket],
  );
  if (affectedRows === 1) return;
  // Somebody changed the row without the item's lock: nothing that was read may be believed.
  throw new DatabaseError(
    "deadlock",
    `Cannot pay an order as it must still be unpaid: current value is ${ticket}`,
  );
}

/** Lets an order that has ended say that money is to be given back; others stay as they are. */
export async function owePayment(tx: Sql, ticket: string, nowMs: number): Promise<void> {
  await tx.execute(
    `UPDATE orders SET status = 'refund_due', updated_at = ?
      WHERE ticket = ? AND status IN ('cancelled', 'refused', 'refunded')`,
    [nowMs, ticket],
  );
}
