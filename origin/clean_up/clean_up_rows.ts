import type { SaleStatus } from "../catalog/catalog.ts";
import type { Database, Sql, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { isCleaned } from "../orders/cleaned_sales.ts";
import {
  type CleanUpFacts,
  FIRST_ROWS,
  READ_WITHIN_MS,
  type RemovedRows,
  type RowPlace,
  type RowRemoval,
} from "./clean_up_book.ts";

/** Rows removed at a time: a transaction of some milliseconds. */
const ROWS = 500;

/** Rows looked at at a time where no index names the sale. */
const SCANNED = 5_000;

/** Every message id of a sale lies between these: "." is the character behind "-". */
function messageSpan(saleId: number): [string, string] {
  return [`${saleId}-`, `${saleId}.`];
}

/**
 * Order events that the webhook has still to be told: behind its cursor, while there is a webhook, or
 * in a delivery that was given up. `event_index` is the place among the orders of a row, from 0.
 */
const UNDELIVERED = `e.told = 1 AND (
  EXISTS (SELECT 1 FROM webhook_cursor c WHERE c.url IS NOT NULL AND (e.position > c.position
           OR (e.position = c.position AND c.event_index < e.order_count - 1)))
  OR EXISTS (SELECT 1 FROM webhook_failure f WHERE f.state <> 'sent'
              AND e.position BETWEEN f.first_position AND f.last_position))`;

/**
 * Order events that the shop may not have read by itself: it has no webhook that would have told
 * them, and they happened behind the time that the parameter says.
 */
const YOUNG = `e.told = 1 AND e.created_at > ?
  AND NOT EXISTS (SELECT 1 FROM webhook_cursor c WHERE c.url IS NOT NULL)`;

/** `CleanUpBook.facts`. */
export async function readFacts(
  database: Database,
  nowMs: number,
  saleId: number,
): Promise<CleanUpFacts | null> {
  const [sale] = await database.query<
    { status: SaleStatus; ends_at: number; cleaned_at: number | null }
  >("SELECT status, ends_at, cleaned_at FROM sale WHERE id = ?", [saleId]);
  if (!sale) return null;
  const count = async (text: string, params: SqlValue[] = [saleId]) => {
    const [row] = await database.query<{ total: number }>(
      `SELECT COUNT(*) AS total FROM ${text}`,
      params,
    );
    return row?.total ?? 0;
  };
  const span = messageSpan(saleId);
  const [young] = await database.query<{ total: number; newest: number | null }>(
    `SELECT COUNT(*) AS total, MAX(e.created_at) AS newest FROM order_event e
      WHERE e.sale_id = ? AND ${YOUNG}`,
    [saleId, nowMs - READ_WITHIN_MS],
  );
  const newest = young?.newest ?? null;
  return {
    saleId,
    status: sale.status,
    endsAt: sale.ends_at,
    cleanedAt: sale.cleaned_at,
    unpaid: await count("orders WHERE sale_id = ? AND status = 'unpaid'"),
    pendingStockEvents: await count("stock_event WHERE state = 'pending' AND sale_id = ?"),
    parkedMessages: await count(
      "parked_message WHERE state = 'parked' AND message_id > ? AND message_id < ?",
      span,
    ),
    undelivered: await count(`order_event e WHERE e.sale_id = ? AND ${UNDELIVERED}`),
    youngEvents: young?.total ?? 0,
    youngUntil: newest === null ? null : newest + READ_WITHIN_MS,
    uncounted: await count("order_event WHERE sale_id = ? AND tallied = 0"),
    remains: {
      inbox: await count("inbox WHERE message_id > ? AND message_id < ?", span),
      orderEvents: await count("order_event WHERE sale_id = ?"),
      expiredHolds: await count("expired_hold WHERE sale_id = ?"),
      barredBuyers: await count("barred_buyer WHERE sale_id = ?"),
    },
  };
}

/** Parameters: from when on events are young, sale, product, position. */
export const REMOVABLE_EVENTS = `SELECT e.position,
    CASE WHEN e.tallied = 1 AND NOT (${UNDELIVERED}) AND NOT (${YOUNG}) THEN 1 ELSE 0 END AS may_go
  FROM order_event e
  WHERE e.sale_id = ? AND e.product_id = ? AND e.position > ? ORDER BY e.position LIMIT ${ROWS}`;

/** `CleanUpBook.removeRows`. */
export async function removeRows(
  database: Database,
  nowMs: number,
  saleId: number,
  { kind, from, dropEvents }: RowRemoval,
): Promise<RemovedRows> {
  if (!await isCleaned(database, saleId)) return { removed: 0, next: null };
  switch (kind) {
    case "inbox":
      return await removeInbox(database, saleId);
    case "orderEvents":
      return await removeEvents(
        database,
        saleId,
        from,
        dropEvents ? Number.MAX_SAFE_INTEGER : nowMs - READ_WITHIN_MS,
      );
    case "barredBuyers":
      return await removeBarred(database, saleId);
    case "expiredHolds":
      return await removeHolds(database, saleId, from.id);
  }
}

async function removeInbox(database: Sql, saleId: number): Promise<RemovedRows> {
  const rows = await database.query<{ message_id: string }>(
    `SELECT message_id FROM inbox WHERE message_id > ? AND message_id < ?
      ORDER BY message_id LIMIT ${ROWS}`,
    messageSpan(saleId),
  );
  const ids = rows.map((row) => row.message_id);
  await removeIn(database, "DELETE FROM inbox WHERE message_id IN", ids);
  return { removed: ids.length, next: ids.length < ROWS ? null : FIRST_ROWS };
}

/**
 * Product by product, which is the order of the index that names the sale, and behind the last row,
 * so that each is looked at once. What may not go is told by a column: as a condition `tallied` would
 * have MariaDB choose the index of that, in which nearly all events of all sales are.
 */
async function removeEvents(
  database: Sql,
  saleId: number,
  { productId, id }: RowPlace,
  youngBehindMs: number,
): Promise<RemovedRows> {
  const rows = productId === 0 ? [] : await database.query<{ position: number; may_go: number }>(
    REMOVABLE_EVENTS,
    [youngBehindMs, saleId, productId, id],
  );
  const ids = rows.filter((row) => row.may_go === 1).map(({ position }) => position);
  await removeIn(database, "DELETE FROM order_event WHERE position IN", ids);
  if (rows.length === ROWS) {
    return { removed: ids.length, next: { productId, id: rows.at(-1)!.position } };
  }
  const [other] = await database.query<{ product_id: number | null }>(
    "SELECT MIN(product_id) AS product_id FROM order_event WHERE sale_id = ? AND product_id > ?",
    [saleId, productId],
  );
  const next = other?.product_id ?? null;
  return { removed: ids.length, next: next === null ? null : { productId: next, id: 0 } };
}

async function removeBarred(database: Sql, saleId: number): Promise<RemovedRows> {
  const rows = await database.query<{ id: number }>(
    `SELECT id FROM barred_buyer WHERE sale_id = ? ORDER BY user_id LIMIT ${ROWS}`,
    [saleId],
  );
  await removeIn(database, "DELETE FROM barred_buyer WHERE id IN", rows.map(({ id }) => id));
  return { removed: rows.length, next: rows.length < ROWS ? null : FIRST_ROWS };
}

/** The rows of all sales stand in the order in which they came, so they are walked once. */
async function removeHolds(database: Sql, saleId: number, from: number): Promise<RemovedRows> {
  const rows = await database.query<{ id: number; sale_id: number }>(
    `SELECT id, sale_id FROM expired_hold WHERE id > ? ORDER BY id LIMIT ${SCANNED}`,
    [from],
  );
  const own = rows.filter((row) => row.sale_id === saleId).map(({ id }) => id);
  await removeIn(database, "DELETE FROM expired_hold WHERE id IN", own);
  const next = rows.length < SCANNED ? null : { productId: 0, id: rows.at(-1)!.id };
  return { removed: own.length, next };
}

async function removeIn(database: Sql, remove: string, ids: SqlValue[]): Promise<void> {
  for (const { marks, values } of inLists(ids)) {
    await database.execute(`${remove} (${marks})`, values);
  }
}
