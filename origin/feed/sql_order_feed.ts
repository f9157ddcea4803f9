import type { Clock } from "../../shared/clock.ts";
import type { Database, SqlRow } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { findOrders } from "../orders/list_orders.ts";
import type { OrderRecord } from "../orders/order_book.ts";
import { ORDER_FIELDS, orderOf } from "../orders/order_rows.ts";
import {
  type FeedEvent,
  type FeedLag,
  type FeedPage,
  type FeedPlace,
  MAX_FEED_EVENTS,
  type OrderFeed,
} from "./order_feed.ts";
import { settledRows } from "./settled_rows.ts";

/** Rows of which a lag is added up. */
const LAG_ROWS = 10_000;

/**
 * How far behind its first order a message's last one is looked for: 512 orders, and room for ids
 * that a server counts in steps or gives to others in between.
 */
const MESSAGE_SPAN = 65_536;

interface EventRow {
  position: number;
  kind: FeedEvent["kind"];
  told: number;
  first_id: number;
  order_count: number;
  message_id: string | null;
  created_at: number;
}

/** Some orders of one row: `count` of them from `skip` on. */
interface Slice {
  row: EventRow;
  skip: number;
  count: number;
}

/** The feed in SQL, for MySQL, MariaDB and SQLite. */
export class SqlOrderFeed implements OrderFeed {
  constructor(readonly database: Database, readonly clock: Clock) {}

  async read(after: FeedPlace, limit: number, until: FeedPlace | null = null): Promise<FeedPage> {
    const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_FEED_EVENTS);
    const rows = await this.database.query<EventRow>(
      `SELECT position, kind, told, first_id, order_count, message_id, created_at FROM order_event
        WHERE position >= ? AND position <= ? ORDER BY position LIMIT ?`,
      // The row of the place itself may have more orders behind it.
      [after.position, until?.position ?? Number.MAX_SAFE_INTEGER, most + 1],
    );
    // What was read once up to a place is settled for good, and must come out the same again.
    const settled = until === null
      ? await settledRows(this.database, after, rows, this.clock())
      : rows;
    const { slices, next } = cut(settled, after, until, most);
    return { events: await this.#expand(slices), next };
  }

  async lag(after: FeedPlace): Promise<FeedLag> {
    const [behind] = await this.database.query<
      { row_count: number; events: number; oldest: number | null; first: number | null }
    >(
      `SELECT COUNT(*) AS row_count, COALESCE(SUM(order_count), 0) AS events,
              MIN(created_at) AS oldest, MIN(position) AS first
         FROM (SELECT position, order_count, created_at FROM order_event
                WHERE told = 1 AND position >= ? AND (position > ? OR order_count > ?)
                ORDER BY position LIMIT ${LAG_ROWS}) behind`,
      [after.position, after.position, after.index + 1],
    );
    if (!behind || behind.row_count === 0) return { events: 0, more: false, oldestAt: null };
    const done = behind.first === after.position ? after.index + 1 : 0;
    return {
      events: behind.events - done,
      more: behind.row_count === LAG_ROWS,
      oldestAt: behind.oldest,
    };
  }

  /** Reads orders in bulk: those named by ticket together, those of a message with one query each. */
  async #expand(slices: Slice[]): Promise<FeedEvent[]> {
    const named = slices.filter(({ row }) => row.message_id === null);
    const tickets = await this.#ticketsOf(named);
    const found = await findOrders(this.database, [...tickets.values()].flat());
    const byTicket = new Map(found.flatMap((order) => order ? [[order.ticket, order]] : []));
    const events: FeedEvent[] = [];
    for (const { row, skip, count } of slices) {
      const orders = row.message_id === null
        ? tickets.get(row.position)!.map((ticket) => byTicket.get(ticket))
        : await this.#ordersOfMessage(row, skip, count);
      orders.forEach((order, at) => {
        // The order was committed together with its event, and orders are never removed.
        if (!order) return;
        const place = { position: row.position, index: skip + at };
        events.push({ place, kind: row.kind, at: row.created_at, order });
      });
    }
    return events;
  }

  /** The tickets of each slice, by position. */
  async #ticketsOf(slices: Slice[]): Promise<Map<number, string[]>> {
    const texts = new Map<number, string>();
    for (const { marks, values } of inLists(slices.map(({ row }) => row.position))) {
      const rows = await this.database.query<{ position: number; tickets: string | null }>(
        `SELECT position, tickets FROM order_event WHERE position IN (${marks})`,
        values,
      );
      for (const { position, tickets } of rows) texts.set(position, tickets ?? "[]");
    }
    return new Map(slices.map(({ row: { position }, skip, count }) => {
      const tickets = JSON.parse(texts.get(position) ?? "[]") as string[];
      return [position, tickets.slice(skip, skip + count)];
    }));
  }

  async #ordersOfMessage(row: EventRow, skip: number, count: number): Promise<OrderRecord[]> {
    const { first_id, message_id } = row;
    const rows = await this.database.query<SqlRow>(
      `SELECT ${ORDER_FIELDS} FROM orders WHERE id >= ? AND id < ? AND message_id = ?
        ORDER BY id LIMIT ? OFFSET ?`,
      [first_id, first_id + MESSAGE_SPAN, message_id, count, skip],
    );
    return rows.map(orderOf);
  }
}

/** The orders of the rows that come next, at most so many, and the place behind them. */
function cut(
  rows: EventRow[],
  after: FeedPlace,
  until: FeedPlace | null,
  most: number,
): { slices: Slice[]; next: FeedPlace } {
  const slices: Slice[] = [];
  let next = after;
  let left = most;
  for (const row of rows) {
    const { position, order_count, told } = row;
    const skip = position === after.position ? after.index + 1 : 0;
    const end = position === until?.position ? Math.min(order_count, until.index + 1) : order_count;
    if (end <= skip) continue;
    const count = told === 1 ? Math.min(left, end - skip) : 0;
    if (told === 1 && count === 0) break;
    if (count > 0) slices.push({ row, skip, count });
    left -= count;
    next = { position, index: told === 1 ? skip + count - 1 : order_count - 1 };
    if (told === 1 && skip + count < end) break;
  }
  return { slices, next };
}
