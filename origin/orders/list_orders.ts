import { type ItemKey, parseItemKey } from "../../shared/item.ts";
import type { Database, SqlRow, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { checkPage } from "../database/pages.ts";
import type { OrderFilter, OrderRecord, Page } from "./order_book.ts";
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

/** `OrderBook.listOrders`. @throws {RangeError} for a page outside of its bounds. */
export async function listOrders(
  database: Database,
  filter: OrderFilter,
  page: number,
  per: number,
): Promise<Page<OrderRecord>> {
  const offset = checkPage(page, per);
  if (filter.userId !== undefined && !ASCII.test(filter.userId)) {
    return { items: [], page, per, total: 0 };
  }
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const given: [string, SqlValue | undefined][] = [
    ["sale_id", filter.saleId],
    ["status", filter.status],
    ["user_id", filter.userId],
  ];
  for (const [column, value] of given) {
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    params.push(value);
  }
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const [count] = await database.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM orders${where}`,
    params,
  );
  const rows = await database.query(
    `SELECT ${ORDER_FIELDS} FROM orders${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    [...params, per, offset],
  );
  return { items: rows.map(orderOf), page, per, total: count?.total ?? 0 };
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
