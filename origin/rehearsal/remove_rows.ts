import type { Clock } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import type { Database, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { lockItem } from "../orders/lock_item.ts";

/** Rows of one table in one transaction: it shares locks and disk with the sales that run. */
const ROWS_PER_TURN = 500;

/** Rows that a copy's orders leave, and by which column they are removed. */
interface Leavings {
  table: string;
  key: string;
  where: string;
  params: SqlValue[];
}

/**
 * Where a copy leaves rows. Tickets and message ids begin with the sale's id and a hyphen; what lies
 * between that and the next character after the hyphen is found by the index.
 */
function leavingsOf(copySaleId: number): Leavings[] {
  const range: SqlValue[] = [`${copySaleId}-`, `${copySaleId}.`];
  const bySale = "sale_id = ?";
  return [
    { table: "orders", key: "id", where: bySale, params: [copySaleId] },
    { table: "order_event", key: "position", where: bySale, params: [copySaleId] },
    { table: "stock_event", key: "id", where: "ticket >= ? AND ticket < ?", params: range },
    {
      table: "inbox",
      key: "message_id",
      where: "message_id >= ? AND message_id < ?",
      params: range,
    },
    { table: "payment", key: "id", where: "ticket >= ? AND ticket < ?", params: range },
    {
      table: "parked_message",
      key: "id",
      where: "message_id >= ? AND message_id < ?",
      params: range,
    },
    { table: "barred_buyer", key: "id", where: bySale, params: [copySaleId] },
  ];
}

/** `RehearsalBook.removeSome`: one turn of the first table that still has any. */
export async function removeSome(database: Database, copySaleId: number): Promise<boolean> {
  if (await removeExpiredHolds(database, copySaleId)) return true;
  for (const { table, key, where, params } of leavingsOf(copySaleId)) {
    const rows = await database.query<{ k: SqlValue }>(
      `SELECT ${key} AS k FROM ${table} WHERE ${where} LIMIT ${ROWS_PER_TURN}`,
      params,
    );
    if (rows.length === 0) continue;
    for (const { marks, values } of inLists(rows.map(({ k }) => k))) {
      await database.execute(`DELETE FROM ${table} WHERE ${key} IN (${marks})`, values);
    }
    return true;
  }
  const { affectedRows } = await database.execute("DELETE FROM order_tally WHERE sale_id = ?", [
    copySaleId,
  ]);
  return affectedRows > 0;
}

/**
 * The holds of a copy expire only when it lay about for days. Their notes have no index by sale, so
 * they are looked for only when an order says that there are some; first, while it still says so.
 */
async function removeExpiredHolds(database: Database, copySaleId: number): Promise<boolean> {
  const [expired] = await database.query(
    "SELECT id FROM orders WHERE sale_id = ? AND status = 'cancelled' AND reason = 'expired' LIMIT 1",
    [copySaleId],
  );
  if (!expired) return false;
  const { affectedRows } = await database.execute("DELETE FROM expired_hold WHERE sale_id = ?", [
    copySaleId,
  ]);
  return affectedRows > 0;
}

/** `RehearsalBook.removeCopy`. Under the locks of its items, so that nobody writes an order of it. */
export function removeCopy(
  database: Database,
  clock: Clock,
  rehearsalId: number,
  copySaleId: number,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const items = await tx.query<{ product_id: number }>(
      "SELECT product_id FROM sale_item WHERE sale_id = ? ORDER BY product_id",
      [copySaleId],
    );
    for (const { product_id } of items) await lockItem(tx, itemKey(copySaleId, product_id));
    const [left] = await tx.query("SELECT id FROM orders WHERE sale_id = ? LIMIT 1", [copySaleId]);
    if (left) return false;
    const ofCopy = "IN (SELECT s.id FROM sale s WHERE s.id = ? AND s.rehearsal_of IS NOT NULL)";
    await tx.execute(`DELETE FROM sale_item WHERE sale_id ${ofCopy}`, [copySaleId]);
    await tx.execute("DELETE FROM sale WHERE id = ? AND rehearsal_of IS NOT NULL", [copySaleId]);
    const nowMs = clock();
    await tx.execute("UPDATE rehearsal SET removed_at = ?, alive_at = ? WHERE id = ?", [
      nowMs,
      nowMs,
      rehearsalId,
    ]);
    return true;
  });
}
