import { formatMessageId, itemOfTicket, type TicketParts } from "../../shared/ticket.ts";
import { DatabaseError, type Sql } from "../database/database.ts";
import { writeOrderEvents } from "../feed/order_events.ts";
import { type LockedItem, lockKnownItem } from "../orders/lock_item.ts";
import type { OrderRecord } from "../orders/order_book.ts";
import { ORDER_COLUMNS, refusedRow } from "../orders/order_rows.ts";
import type { PaymentNotice } from "./payment_book.ts";

/** What a payment asks of its order. */
type Payment = Pick<PaymentNotice, "ticket" | "amount" | "currency">;

/** The part of an order that a payment is held against. */
interface PayableOrder extends Pick<OrderRecord, "status" | "reason" | "amount" | "currency"> {
  id: number;
  /** 1 for an order of a rehearsal. */
  of_copy: number;
}

/** The part of it that a change of its status needs to know. */
type OrderBefore = Pick<PayableOrder, "id" | "status" | "of_copy">;

/** What was done to an order: its new status, and what it was before. */
export interface OrderChange {
  to: "paid" | "refund_due" | "refunded";
  before: OrderBefore;
}

/**
 * What a payment means: it pays its order, its money goes back, it does not fit the order, or
 * nobody knows yet what becomes of its ticket.
 */
export type Verdict = "applied" | "refund_due" | "wrong_amount" | "stored";

/**
 * What a payment is decided under: its order's row; the item's where the ticket has none and never
 * will; nothing where the row is still to come.
 */
export type TicketLock = { order: PayableOrder } | { order: null; lostFrom: LockedItem | null };

/**
 * Locks what decides about a ticket until the transaction ends. Only the order's own row where there
 * is one: the item's is what the writing of all its orders waits for. Whoever needs both takes the
 * item's first (`UnpaidBook.cancelOrders` does), so nobody waits in a circle.
 *
 * A row that is still to come needs no lock, because "stored" decides nothing: whatever happens
 * meanwhile, the sweep looks again. With the item's lock, ten such payments at a time made the
 * writing of orders, one among eleven that waited for it, five times slower; the longer backlog
 * brought more of them.
 *
 * @throws {DatabaseError} `invalid` for a ticket of no item.
 */
export async function lockTicket(tx: Sql, ids: TicketParts, ticket: string): Promise<TicketLock> {
  const readOrder = async () => {
    // The sale stands in a subquery so that its row is not locked with the order's.
    const [order] = await tx.query<PayableOrder>(
      `SELECT o.id, o.status, o.reason, o.amount, o.currency,
              (SELECT COUNT(*) FROM sale s
                WHERE s.id = o.sale_id AND s.rehearsal_of IS NOT NULL) AS of_copy
         FROM orders o WHERE o.ticket = ?${tx.forUpdate}`,
      [ticket],
    );
    return order ?? null;
  };
  const order = await readOrder();
  if (order) return { order };
  const [known] = await tx.query<{ ledger_epoch: number }>(
    "SELECT ledger_epoch FROM sale_item WHERE sale_id = ? AND product_id = ?",
    [ids.saleId, ids.productId],
  );
  if (known && ids.epoch >= known.ledger_epoch) return { order: null, lostFrom: null };
  const item = await lockKnownItem(tx, itemOfTicket(ids));
  // It may have been written between the look and the lock.
  const written = await readOrder();
  return written ? { order: written } : { order: null, lostFrom: item };
}

/**
 * Holds a payment against its order, under the ticket's lock. A ticket of an epoch that is over and
 * that has no row will never have one: it gets its refusal here. Changes nothing else.
 */
export async function judgePayment(
  tx: Sql,
  lock: TicketLock,
  ids: TicketParts,
  payment: Payment,
  nowMs: number,
): Promise<{ verdict: Verdict; order: OrderBefore | null }> {
  const { order } = lock;
  if (order) return { verdict: judgeOrder(order, payment), order };
  // Epochs only rise, so what was over before the lock is over under it.
  if (!lock.lostFrom) return { verdict: "stored", order };
  const lost = await insertLostRow(tx, lock.lostFrom, ids, payment, nowMs);
  return { verdict: "refund_due", order: lost };
}

function judgeOrder(order: PayableOrder, payment: Payment): Verdict {
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
): Promise<OrderBefore> {
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
  const row = refusedRow(item, lost, "lost_in_recovery", nowMs);
  const id = await tx.insertMany("orders", ORDER_COLUMNS, [row]);
  const change = { item, was: null, becomes: "refused" } as const;
  await writeOrderEvents(tx, change, [{ id, ticket }], nowMs);
  return { id, status: "refused", of_copy: item.isCopy ? 1 : 0 };
}

/**
 * Does to an order what the verdict on its payment says, under the ticket's lock. Null when its
 * status stays as it is. What was done has to be told with `tellChange` at the transaction's end.
 *
 * @throws {DatabaseError} when an order that is to be paid is not unpaid.
 */
export async function settleOrder(
  tx: Sql,
  { verdict, order }: { verdict: Verdict; order: OrderBefore | null },
  ticket: string,
  nowMs: number,
): Promise<OrderChange | null> {
  if (verdict === "applied") await payOrder(tx, ticket, nowMs);
  const isChanged = verdict === "applied" ||
    (verdict === "refund_due" && await owePayment(tx, ticket, nowMs));
  if (!order || !isChanged) return null;
  return { to: verdict === "applied" ? "paid" : "refund_due", before: order };
}

/** Writes down what was done to an order. Nothing but the commit may come after it. */
export async function tellChange(
  tx: Sql,
  { to, before }: OrderChange,
  { saleId, productId }: Pick<TicketParts, "saleId" | "productId">,
  ticket: string,
  nowMs: number,
): Promise<void> {
  const item = { saleId, productId, isCopy: before.of_copy > 0 };
  const change = { item, was: before.status, becomes: to };
  await writeOrderEvents(tx, change, [{ id: before.id, ticket }], nowMs);
}

/** unpaid → paid. @throws {DatabaseError} when it is not unpaid. */
async function payOrder(tx: Sql, ticket: string, nowMs: number): Promise<void> {
  const { affectedRows } = await tx.execute(
    "UPDATE orders SET status = 'paid', updated_at = ? WHERE ticket = ? AND status = 'unpaid'",
    [nowMs, ticket],
  );
  if (affectedRows === 1) return;
  // Somebody changed the row without its lock: nothing that was read may be believed.
  throw new DatabaseError(
    "deadlock",
    `Cannot pay an order as it must still be unpaid: current value is ${ticket}`,
  );
}

/**
 * Lets an order that has ended say that money is to be given back; false for others, which stay as
 * they are.
 */
async function owePayment(tx: Sql, ticket: string, nowMs: number): Promise<boolean> {
  const { affectedRows } = await tx.execute(
    `UPDATE orders SET status = 'refund_due', updated_at = ?
      WHERE ticket = ? AND status IN ('cancelled', 'refused', 'refunded')`,
    [nowMs, ticket],
  );
  return affectedRows > 0;
}
