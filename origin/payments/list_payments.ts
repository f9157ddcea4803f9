import type { ItemKey } from "../../shared/item.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import type { PaymentCursor, PaymentRecord, PaymentState } from "./payment_book.ts";
import { PAYMENT_FIELDS, paymentOf } from "./payment_rows.ts";

/** Most rows in one page of `listItemPayments`. */
const MAX_ITEM_PAGE = 10_000;

/** Tickets are stored as ASCII; other text matches none. */
const ASCII = /^[\x20-\x7e]+$/;

/** `PaymentBook.listPayments`. @throws {RangeError} for a page outside of its bounds. */
export async function listPayments(
  database: Database,
  filter: { ticket?: string; state?: PaymentState },
  page: number,
  per: number,
): Promise<Page<PaymentRecord>> {
  const offset = checkPage(page, per);
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  if (filter.ticket !== undefined) {
    if (!ASCII.test(filter.ticket)) return { items: [], page, per, total: 0 };
    conditions.push("ticket = ?");
    params.push(filter.ticket);
  }
  if (filter.state !== undefined) {
    conditions.push("state = ?");
    params.push(filter.state);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const [count] = await database.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM payment${where}`,
    params,
  );
  const rows = await database.query(
    `SELECT ${PAYMENT_FIELDS} FROM payment${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    [...params, per, offset],
  );
  return { items: rows.map(paymentOf), page, per, total: count?.total ?? 0 };
}

/** `PaymentBook.getPayment`. */
export async function getPayment(database: Database, id: number): Promise<PaymentRecord | null> {
  const [row] = await database.query(`SELECT ${PAYMENT_FIELDS} FROM payment WHERE id = ?`, [id]);
  return row ? paymentOf(row) : null;
}

/** `PaymentBook.paymentsOf`. */
export async function paymentsOf(
  database: Database,
  tickets: string[],
): Promise<PaymentRecord[]> {
  const found: PaymentRecord[] = [];
  for (const { marks, values } of inLists(tickets.filter((ticket) => ASCII.test(ticket)))) {
    const rows = await database.query(
      `SELECT ${PAYMENT_FIELDS} FROM payment WHERE ticket IN (${marks})`,
      values,
    );
    found.push(...rows.map(paymentOf));
  }
  return found.sort((a, b) => a.id - b.id);
}

/** `PaymentBook.listItemPayments`: tickets begin with their item, so one stretch of the index. */
export async function listItemPayments(
  database: Database,
  item: ItemKey,
  after: PaymentCursor | null,
  limit: number,
): Promise<PaymentRecord[]> {
  const { ticket, id } = after ?? { ticket: `${item}-`, id: 0 };
  const rows = await database.query(
    `SELECT ${PAYMENT_FIELDS} FROM payment
      WHERE ticket >= ? AND ticket < ? AND (ticket > ? OR id > ?) ORDER BY ticket, id LIMIT ?`,
    // "." is the character behind "-".
    [ticket, `${item}.`, ticket, id, Math.min(Math.max(1, Math.trunc(limit)), MAX_ITEM_PAGE)],
  );
  return rows.map(paymentOf);
}
