import type { Database, Sql, SqlRow, SqlValue } from "../database/database.ts";
import { notOfCopies } from "../rehearsal/copies.ts";
import type { OrderFilter } from "./order_book.ts";
import type { ExportCursor, ExportedOrder, ExportStep } from "./order_reader.ts";
import { ORDER_FIELDS, orderOf } from "./order_rows.ts";

/**
 * Rows that one step looks at. Where SQLite is the record this runs on the thread that decides buys:
 * a thousand take it about 5 ms.
 */
export const ROWS_PER_STEP = 1_000;

const STATUSES = ["unpaid", "paid", "cancelled", "refused", "refund_due", "refunded"];

/** Ids and tickets are stored as ASCII; other text matches none. */
const ASCII = /^[\x20-\x7e]+$/;

/**
 * `OrderReader.exportOrders`. A user's orders are read along their index. All other exports walk the
 * table itself, in stretches of the primary key: an index on sale or status would have to be sorted
 * again for every step, so its columns are hidden from the planner in `COALESCE`.
 */
export async function exportOrders(
  database: Database,
  filter: OrderFilter,
  cursor: ExportCursor | null,
): Promise<ExportStep> {
  if (filter.userId !== undefined && !ASCII.test(filter.userId)) return { orders: [], next: null };
  const from = cursor ?? await whereToBegin(database, filter);
  if (from === null || from.before <= from.lowest) return { orders: [], next: null };
  return filter.userId === undefined
    ? await stepThroughTable(database, filter, from)
    : await stepThroughUser(database, filter.userId, filter, from);
}

/** The newest order that fits by now, and the oldest; null when none does. */
async function whereToBegin(sql: Sql, filter: OrderFilter): Promise<ExportCursor | null> {
  const stretches = stretchesOf(filter);
  const ends = (end: "MIN" | "MAX") =>
    stretches.map(({ where }) => `SELECT ${end}(id) AS id FROM orders${where}`).join(" UNION ALL ");
  const params = stretches.flatMap((stretch) => stretch.params);
  const [row] = await sql.query<{ lowest: number | null; highest: number | null }>(
    `SELECT (SELECT MIN(id) FROM (${ends("MIN")}) a) AS lowest,
            (SELECT MAX(id) FROM (${ends("MAX")}) b) AS highest`,
    [...params, ...params],
  );
  if (!row || row.lowest === null || row.highest === null) return null;
  return { before: row.highest + 1, lowest: row.lowest };
}

/** Stretches of an index in the order of ids, whose ends are therefore found by one look each. */
function stretchesOf({ userId, saleId, status }: OrderFilter) {
  if (userId !== undefined) return [{ where: " WHERE user_id = ?", params: [userId] }];
  if (saleId === undefined) return [{ where: "", params: [] }];
  const statuses = status === undefined ? STATUSES : [status];
  return statuses.map((one): { where: string; params: SqlValue[] } => ({
    where: " WHERE sale_id = ? AND status = ?",
    params: [saleId, one],
  }));
}

async function stepThroughTable(
  sql: Sql,
  filter: OrderFilter,
  { before, lowest }: ExportCursor,
): Promise<ExportStep> {
  const [stretch] = await sql.query<{ low: number | null; rows_in_it: number }>(
    `SELECT MIN(id) AS low, COUNT(*) AS rows_in_it FROM
       (SELECT id FROM orders WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT ${ROWS_PER_STEP}) s`,
    [before, lowest],
  );
  if (!stretch || stretch.low === null) return { orders: [], next: null };
  const { conditions, params } = await unindexed(sql, filter);
  const rows = await sql.query(
    `SELECT ${ORDER_FIELDS} FROM orders
      WHERE id >= ? AND id < ?${conditions} ORDER BY id DESC`,
    [stretch.low, before, ...params],
  );
  const more = stretch.rows_in_it === ROWS_PER_STEP && stretch.low > lowest;
  return { orders: rows.map(exportedOf), next: more ? { before: stretch.low, lowest } : null };
}

async function stepThroughUser(
  sql: Sql,
  userId: string,
  filter: OrderFilter,
  { before, lowest }: ExportCursor,
): Promise<ExportStep> {
  const { conditions, params } = await unindexed(sql, filter);
  const rows = await sql.query(
    `SELECT ${ORDER_FIELDS} FROM orders
      WHERE user_id = ? AND id < ?${conditions} ORDER BY id DESC LIMIT ${ROWS_PER_STEP}`,
    [userId, before, ...params],
  );
  const last = rows[rows.length - 1];
  const more = last !== undefined && rows.length === ROWS_PER_STEP;
  return {
    orders: rows.map(exportedOf),
    next: more ? { before: last.id as number, lowest } : null,
  };
}

/**
 * Sale and status in a form that no index is chosen for, the same in every database. Orders of a
 * rehearsal are exported only when its copy is asked for.
 */
async function unindexed(
  sql: Sql,
  { saleId, status }: OrderFilter,
): Promise<{ conditions: string; params: SqlValue[] }> {
  let conditions = "";
  const params: SqlValue[] = [];
  const real = saleId === undefined ? await notOfCopies(sql) : null;
  if (real !== null) {
    conditions += ` AND ${real.condition}`;
    params.push(...real.params);
  }
  if (saleId !== undefined) {
    conditions += " AND COALESCE(sale_id, 0) = ?";
    params.push(saleId);
  }
  if (status !== undefined) {
    conditions += " AND COALESCE(status, '') = ?";
    params.push(status);
  }
  return { conditions, params };
}

/** A row of `orders` with everything that it says. */
export function exportedOf(row: SqlRow): ExportedOrder {
  return {
    ...orderOf(row),
    messageId: row.message_id as string,
    updatedAt: row.updated_at as number,
  };
}
