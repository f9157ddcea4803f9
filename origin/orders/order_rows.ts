import { itemKey } from "../../shared/item.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import { formatMessageId, formatTicket } from "../../shared/ticket.ts";
import type { SqlRow, SqlValue } from "../database/database.ts";
import type { LockedItem } from "./lock_item.ts";
import type { OrderRecord } from "./order_book.ts";

/** Bounds of `orders.quantity`; the tables check them too. */
const MAX_QUANTITY = 1_000_000_000;

/** A buyer gets at least this long to pay, however late the order is written. */
const LEAST_TIME_TO_PAY_MS = 60_000;

/** The columns that an insert fills, in the order of the rows below. */
export const ORDER_COLUMNS = [
  "ticket",
  "sale_id",
  "product_id",
  "user_id",
  "seq",
  "quantity",
  "request_id",
  "message_id",
  "amount",
  "currency",
  "status",
  "reason",
  "live",
  "pay_by",
  "created_at",
  "updated_at",
];

/** What `orderOf` reads. */
export const ORDER_FIELDS = "id, " + ORDER_COLUMNS.join(", ");

/** One ticket of a message. */
export interface TicketToWrite {
  ticket: string;
  userId: string;
  seq: number;
  quantity: number;
  requestId: string;
  messageId: string;
  /** What the buyer was told, ms. */
  payBy: number;
}

/** The tickets that a message carries, in its order. */
export function ticketsOf(message: OrderMessage): TicketToWrite[] {
  const messageId = formatMessageId(message.item, message.firstSeq);
  return message.orders.map(({ userId, quantity, requestId }, at) => {
    const seq = message.firstSeq + at;
    const ticket = formatTicket(message.item, userId, seq);
    return { ticket, userId, seq, quantity, requestId, messageId, payBy: message.payBy };
  });
}

/** The row of an order that is live and unpaid. */
export function unpaidRow(item: LockedItem, ticket: TicketToWrite, nowMs: number): SqlValue[] {
  const payBy = Math.max(
    ticket.payBy,
    nowMs + Math.min(LEAST_TIME_TO_PAY_MS, item.paymentWindowMs),
  );
  const amount = item.price * ticket.quantity;
  return row(item, ticket, { amount, quantity: ticket.quantity, payBy, live: 1 }, nowMs);
}

/**
 * The row of a refusal: holds no stock. Numbers that a column would not take are cut to its bounds,
 * because this row has to go in whatever the ticket says.
 */
export function refusedRow(
  item: LockedItem,
  ticket: TicketToWrite,
  reason: string,
  nowMs: number,
): SqlValue[] {
  const quantity = Math.min(Math.max(1, ticket.quantity), MAX_QUANTITY);
  const amount = item.price * quantity;
  const safe = { quantity, amount: Number.isSafeInteger(amount) ? amount : 0, payBy: ticket.payBy };
  return row(item, ticket, { ...safe, live: null, reason }, nowMs);
}

function row(
  item: LockedItem,
  ticket: TicketToWrite,
  terms: { quantity: number; amount: number; payBy: number; live: 1 | null; reason?: string },
  nowMs: number,
): SqlValue[] {
  return [
    ticket.ticket,
    item.saleId,
    item.productId,
    ticket.userId,
    ticket.seq,
    terms.quantity,
    ticket.requestId,
    ticket.messageId,
    terms.amount,
    item.currency,
    terms.live === 1 ? "unpaid" : "refused",
    terms.reason ?? null,
    terms.live,
    terms.payBy,
    nowMs,
    nowMs,
  ];
}

/** A row of `orders` as the order book shows it. */
export function orderOf(row: SqlRow): OrderRecord {
  return {
    ticket: row.ticket as string,
    item: itemKey(row.sale_id as number, row.product_id as number),
    userId: row.user_id as string,
    seq: row.seq as number,
    quantity: row.quantity as number,
    requestId: row.request_id as string,
    amount: row.amount as number,
    currency: row.currency as string,
    status: row.status as OrderRecord["status"],
    reason: row.reason as string | null,
    payBy: row.pay_by as number,
    createdAt: row.created_at as number,
  };
}
