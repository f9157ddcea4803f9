import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import type { Database, SqlRow, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { checkPage } from "../database/pages.ts";
import { notOfCopies } from "../rehearsal/copies.ts";
import type { OrderFilter, OrderRecord, Page } from "./order_book.ts";
import { pageOrders } from "./order_pages.ts";
import { ORDER_FIELDS, orderOf } from "./order_rows.ts";

/** Most rows in one page of `listTickets`. */
const MAX_TICKETS = 10_000;

/** Ids and tickets are stored as ASCII; other text matches none. */
const ASCII = /^[\x20-\x7e]+$/;

/** `OrderBook.findOrders`. */
export async function findOrders(
  database: Database,
  tickets: string[],
): Promise<(OrderRecord | null)[]> {
  const found = new Map<string, OrderRecord>();
  for (const { marks, values } of inLists(tickets.filter((ticket) => ASCII.test(ticket)))) {
    const rows = await database.query(
      `SELECT ${ORDER_FIELDS} FROM orders WHERE ticket IN (${marks})`,
      values,
    );
    for (const order of rows.map(orderOf)) found.set(order.ticket, order);
  }
  return tickets.map((ticket) => found.get(ticket) ?? null);
}

/**
 * `OrderBook.listOrders`; a rehearsal's copy only when it is asked for. @throws {RangeError} for a
 * page outside of its bounds.
 */
export async function listOrders(
  database: Database,
  filter: OrderFilter,
  page: number,
  per: number,
): Promise<Page<OrderRecord>> {
  const offset = checkPage(page, per);
  const { rows, total } = filter.userId === undefined
    ? await pageOrders(database, filter, offset, per)
    : await listOrdersOfUser(database, { ...filter, userId: filter.userId }, offset, per);
  return { items: rows.map(orderOf), page, per, total };
}

/** A buyer has few orders, so these are counted and walked through. */
async function listOrdersOfUser(
  database: Database,
  { userId, saleId, status }: OrderFilter & { userId: string },
  offset: number,
  per: number,
): Promise<{ rows: SqlRow[]; total: number }> {
  if (!ASCII.test(userId)) return { rows: [], total: 0 };
  // In forms that no index is chosen for: the user's own is the shortest.
  let where = "user_id = ?";
  const params: SqlValue[] = [userId];
  if (saleId !== undefined) {
    where += " AND COALESCE(sale_id, 0) = ?";
    params.push(saleId);
  }
  if (status !== undefined) {
    where += " AND COALESCE(status, '') = ?";
    params.push(status);
  }
  const real = saleId === undefined ? await notOfCopies(database) : null;
  if (real) {
    where += ` AND ${real.condition}`;
    params.push(...real.params);
  }
  const [count] = await database.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM orders WHERE ${where}`,
    params,
  );
  const rows = await database.query(
    `SELECT ${ORDER_FIELDS} FROM orders WHERE ${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    [...params, per, offset],
  );
  return { rows, total: count?.total ?? 0 };
}

/** `OrderBook.listTickets`: every row of an item, oldest first; `afterId` 0 begins. */
export async function listTickets(
  database: Database,
  item: ItemKey,
  afterId: number,
  limit: number,
): Promise<{ id: number; order: OrderRecord; live: boolean }[]> {
  const { saleId, productId } = parseItemKey(item);
  const rows = await database.query<SqlRow>(
    `SELECT ${ORDER_FIELDS} FROM orders
      WHERE sale_id = ? AND product_id = ? AND id > ? ORDER BY id LIMIT ?`,
    [saleId, productId, afterId, Math.min(Math.max(1, Math.trunc(limit)), MAX_TICKETS)],
  );
  return rows.map((row) => ({
    id: row.id as number,
    order: orderOf(row),
    live: row.live === 1,
  }));
}
