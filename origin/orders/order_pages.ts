import type { Sql, SqlRow, SqlValue } from "../database/database.ts";
import { kindOf, STRETCH, stretchOf } from "../feed/order_events.ts";
import { notOfCopies } from "../rehearsal/copies.ts";
import type { OrderFilter } from "./order_book.ts";
import { ORDER_FIELDS } from "./order_rows.ts";

/**
 * Most orders that are put in order for one page: those of the stretches that it touches, which are
 * two full ones at most, and some that are written meanwhile.
 */
const MAX_SORTED = 4 * STRETCH;

/** Most sales whose orders are looked for by their index. */
const MAX_SALES = 500;

const STATUSES = ["unpaid", "paid", "cancelled", "refused", "refund_due", "refunded"];

/** Which orders to list. Users have few, and are listed by their own index. */
type PageFilter = Omit<OrderFilter, "userId">;

/** A part of a condition, with the values of its question marks. */
interface Condition {
  text: string;
  params: SqlValue[];
}

/**
 * One page of a list by sale and status, newest first, and how many there are in all. However long
 * the list and wherever the page, it looks at a few hundred numbers and a few thousand entries of an
 * index: the numbers tell how many orders each stretch of ids has, so the page is entered in the
 * stretch where it begins. An `OFFSET` alone walks through everything before it.
 */
export async function pageOrders(
  sql: Sql,
  filter: PageFilter,
  offset: number,
  per: number,
): Promise<{ rows: SqlRow[]; total: number }> {
  const stretches = await readTally(sql, filter);
  const total = stretches.reduce((sum, { orders }) => sum + orders, 0);
  let skip = offset;
  let at = 0;
  while (at < stretches.length && skip >= stretches[at]!.orders) {
    skip -= stretches[at]!.orders;
    at += 1;
  }
  const first = stretches[at];
  if (!first) return { rows: [], total };
  let last = first;
  for (let found = 0; found < skip + per && at < stretches.length; at += 1) {
    last = stretches[at]!;
    found += last.orders;
  }
  const range = [last.stretch * STRETCH, (first.stretch + 1) * STRETCH - 1];
  const within = { text: "id BETWEEN ? AND ?", params: range };
  return { rows: await readRows(sql, filter, within, skip, per), total };
}

/** How many orders fit, by stretches, the newest first; of copies only when one is asked for. */
async function readTally(
  sql: Sql,
  filter: PageFilter,
): Promise<{ stretch: number; orders: number }[]> {
  const { status } = filter;
  const sale = salesOf(filter);
  const event = `first_id - first_id % ${STRETCH} AS start`;
  const events = `FROM order_event WHERE tallied = 0 AND ${sale.text}`;
  const [inTally, added, taken] = status === undefined
    ? ["", "was IS NULL", null]
    : [" AND status = ?", "kind = ?", "was = ?"];
  const params = [...sale.params, ...(status === undefined ? [] : [status])];
  // One statement sees one moment, in which an event is tallied or not.
  const rows = await sql.query<{ start: number; orders: number }>(
    `SELECT start, SUM(n) AS orders FROM (
       SELECT stretch * ${STRETCH} AS start, order_count AS n FROM order_tally
        WHERE ${sale.text}${inTally}
       UNION ALL SELECT ${event}, order_count ${events} AND ${added}
       ${taken === null ? "" : `UNION ALL SELECT ${event}, -order_count ${events} AND ${taken}`}
     ) counted GROUP BY start HAVING SUM(n) > 0 ORDER BY start DESC`,
    [
      ...params,
      ...sale.params,
      ...(status === undefined ? [] : [kindOf(status), ...params]),
    ],
  );
  return rows.map(({ start, orders }) => ({ stretch: stretchOf(start), orders }));
}

/** The sales whose orders are counted. */
function salesOf({ saleId }: PageFilter): Condition {
  return saleId === undefined
    ? { text: "sale_id IN (SELECT id FROM sale WHERE rehearsal_of IS NULL)", params: [] }
    : { text: "sale_id = ?", params: [saleId] };
}

async function readRows(
  sql: Sql,
  filter: PageFilter,
  within: Condition,
  skip: number,
  per: number,
): Promise<SqlRow[]> {
  const indexed = await indexedBy(sql, filter, within);
  if (indexed === null) return await readByKey(sql, filter, within, skip, per);
  // A limit without an order inside, so that the server looks for the shortest way to these entries
  // and does not walk through all rows of the range because they have the right order.
  return await sql.query(
    `SELECT ${fieldsOf("o")} FROM (
       SELECT id FROM (
         SELECT id FROM orders WHERE ${indexed.text} AND ${within.text} LIMIT ${MAX_SORTED}
       ) found ORDER BY id DESC LIMIT ? OFFSET ?
     ) page JOIN orders o ON o.id = page.id ORDER BY o.id DESC`,
    [...indexed.params, ...within.params, per, skip],
  );
}

/** What `by_sale_status` can look up; null where the primary key is as good. */
async function indexedBy(
  sql: Sql,
  { saleId, status }: PageFilter,
  within: Condition,
): Promise<Condition | null> {
  if (saleId === undefined && status === undefined) return null;
  const sales = saleId === undefined ? await salesIn(sql, within, status!) : [saleId];
  if (sales.length > MAX_SALES) return null;
  const statuses = status === undefined ? STATUSES : [status];
  return {
    text: `sale_id IN (${marks(sales)}) AND status IN (${marks(statuses)})`,
    params: [...sales, ...statuses],
  };
}

/** The sales that have orders of a status in a range of ids, by the tally. */
async function salesIn(
  sql: Sql,
  within: Condition,
  status: NonNullable<PageFilter["status"]>,
): Promise<number[]> {
  const [low, high] = within.params as [number, number];
  const sales = salesOf({}).text;
  const rows = await sql.query<{ sale_id: number }>(
    `SELECT sale_id FROM order_tally
      WHERE ${sales} AND stretch BETWEEN ? AND ? AND status = ? AND order_count > 0
     UNION SELECT sale_id FROM order_event
      WHERE ${sales} AND tallied = 0 AND kind = ? AND first_id BETWEEN ? AND ?
      ORDER BY sale_id LIMIT ${MAX_SALES + 1}`,
    [stretchOf(low), stretchOf(high), status, kindOf(status), low, high],
  );
  return rows.map(({ sale_id }) => sale_id);
}

/** Walks through the rows of the range themselves. */
async function readByKey(
  sql: Sql,
  { saleId, status }: PageFilter,
  within: Condition,
  skip: number,
  per: number,
): Promise<SqlRow[]> {
  let text = within.text;
  const params = [...within.params];
  const real = saleId === undefined ? await notOfCopies(sql) : null;
  if (real) {
    text += ` AND ${real.condition}`;
    params.push(...real.params);
  }
  if (status !== undefined) {
    // In a form that no index is chosen for.
    text += " AND COALESCE(status, '') = ?";
    params.push(status);
  }
  return await sql.query(
    `SELECT ${ORDER_FIELDS} FROM orders WHERE ${text} ORDER BY id DESC LIMIT ? OFFSET ?`,
    [...params, per, skip],
  );
}

function fieldsOf(table: string): string {
  return ORDER_FIELDS.split(", ").map((field) => `${table}.${field}`).join(", ");
}

function marks(values: unknown[]): string {
  return values.map(() => "?").join(", ");
}
