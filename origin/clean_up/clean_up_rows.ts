import type { SaleStatus } from "../catalog/catalog.ts";
import type { Database, Sql, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { isCleaned } from "../orders/cleaned_sales.ts";
import type { CleanUpFacts, RemainKind, RemovedRows } from "./clean_up_book.ts";

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

/** `CleanUpBook.facts`. */
export async function readFacts(database: Database, saleId: number): Promise<CleanUpFacts | null> {
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
    uncounted: await count("order_event WHERE sale_id = ? AND tallied = 0"),
    remains: {
      inbox: await count("inbox WHERE message_id > ? AND message_id < ?", span),
      orderEvents: await count("order_event WHERE sale_id = ?"),
      expiredHolds: await count("expired_hold WHERE sale_id = ?"),
      barredBuyers: await count("barred_buyer WHERE sale_id = ?"),
    },
  };
}

/** `CleanUpBook.removeRows`. */
export async function removeRows(
  database: Database,
  saleId: number,
  kind: RemainKind,
  from: number,
): Promise<RemovedRows> {
  if (!await isCleaned(database, saleId)) return { removed: 0, next: null };
  switch (kind) {
    case "inbox":
      return await removeInbox(database, saleId);
    case "orderEvents":
      return await removeSome(
        database,
        `SELECT e.position AS id FROM order_event e
          WHERE e.sale_id = ? AND e.tallied = 1 AND NOT (${UNDELIVERED})
          ORDER BY e.position LIMIT ${ROWS}`,
        [saleId],
        "DELETE FROM order_event WHERE position IN",
      );
    case "barredBuyers":
      return await removeSome(
        database,
        `SELECT id FROM barred_buyer WHERE sale_id = ? ORDER BY user_id LIMIT ${ROWS}`,
        [saleId],
        "DELETE FROM barred_buyer WHERE id IN",
      );
    case "expiredHolds":
      return await removeHolds(database, saleId, from);
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
  return { removed: ids.length, next: ids.length < ROWS ? null : 0 };
}

async function removeSome(
  database: Sql,
  select: string,
  params: SqlValue[],
  remove: string,
): Promise<RemovedRows> {
  const rows = await database.query<{ id: number }>(select, params);
  await removeIn(database, remove, rows.map(({ id }) => id));
  return { removed: rows.length, next: rows.length < ROWS ? null : 0 };
}

/** The rows of all sales stand in the order in which they came, so they are walked once. */
async function removeHolds(database: Sql, saleId: number, from: number): Promise<RemovedRows> {
  const rows = await database.query<{ id: number; sale_id: number }>(
    `SELECT id, sale_id FROM expired_hold WHERE id > ? ORDER BY id LIMIT ${SCANNED}`,
    [from],
  );
  const own = rows.filter((row) => row.sale_id === saleId).map(({ id }) => id);
  await removeIn(database, "DELETE FROM expired_hold WHERE id IN", own);
  return { removed: own.length, next: rows.length < SCANNED ? null : rows.at(-1)!.id };
}

async function removeIn(database: Sql, remove: string, ids: SqlValue[]): Promise<void> {
  for (const { marks, values } of inLists(ids)) {
    await database.execute(`${remove} (${marks})`, values);
  }
}
