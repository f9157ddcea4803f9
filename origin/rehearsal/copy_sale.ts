import type { Clock } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import {
  insertSaleItems,
  SALE_COLUMNS,
  SALE_FIELDS,
  SALE_ITEM_FIELDS,
  saleItemOf,
  saleOf,
  saleValues,
} from "../catalog/sale_rows.ts";
import type { Database, Sql } from "../database/database.ts";
import { lockItem } from "../orders/lock_item.ts";
import type { CopyFields, WithdrawnItem } from "./rehearsal_book.ts";

/**
 * `RehearsalBook.makeCopy`. The copy and its place on record are one transaction, so that no copy
 * exists that nobody would clear away. The catalog's version stays: no registry has copies.
 */
export function makeCopy(
  database: Database,
  clock: Clock,
  rehearsalId: number,
  fields: CopyFields,
): Promise<number | null> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<
      { sale_id: number; state: string; copy_sale_id: number | null }
    >(
      `SELECT sale_id, state, copy_sale_id FROM rehearsal WHERE id = ?${tx.forUpdate}`,
      [rehearsalId],
    );
    if (row?.state !== "running" || row.copy_sale_id !== null) return null;
    const nowMs = clock();
    const columns = [...SALE_COLUMNS, "status", "rehearsal_of", "created_at", "updated_at"];
    const { insertId } = await tx.execute(
      `INSERT INTO sale (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
      [...saleValues(fields), "published", row.sale_id, nowMs, nowMs],
    );
    await insertSaleItems(tx, insertId, fields.items);
    await tx.execute("UPDATE rehearsal SET copy_sale_id = ?, alive_at = ? WHERE id = ?", [
      insertId,
      nowMs,
      rehearsalId,
    ]);
    return insertId;
  });
}

/** `RehearsalBook.readCopy`. */
export async function readCopy(sql: Sql, copySaleId: number): Promise<PublishedSale | null> {
  const [row] = await sql.query(
    `SELECT ${SALE_FIELDS} FROM sale s WHERE s.id = ? AND s.rehearsal_of IS NOT NULL`,
    [copySaleId],
  );
  if (!row) return null;
  const items = await sql.query(
    `SELECT ${SALE_ITEM_FIELDS}, i.open_epoch FROM sale_item i WHERE i.sale_id = ?
      ORDER BY i.position`,
    [copySaleId],
  );
  return {
    ...saleOf(row, items.map(saleItemOf)),
    products: [],
    openEpochs: items.map((item) => ({
      item: itemKey(copySaleId, item.product_id as number),
      openEpoch: item.open_epoch as number,
      stock: item.stock as number,
    })),
  };
}

/**
 * `RehearsalBook.withdrawCopy`. A draft is not opened, and a raised epoch takes its token from whoever
 * is at it: he finds out at his next step in the database.
 */
export function withdrawCopy(database: Database, copySaleId: number): Promise<WithdrawnItem[]> {
  return database.transaction(async (tx) => {
    await tx.execute(
      "UPDATE sale SET status = 'draft' WHERE id = ? AND rehearsal_of IS NOT NULL",
      [copySaleId],
    );
    // In one order for everybody, as those who close items have it.
    const rows = await tx.query<{ product_id: number }>(
      `SELECT i.product_id FROM sale_item i JOIN sale s ON s.id = i.sale_id
        WHERE i.sale_id = ? AND s.rehearsal_of IS NOT NULL ORDER BY i.product_id`,
      [copySaleId],
    );
    const withdrawn: WithdrawnItem[] = [];
    for (const { product_id } of rows) {
      const item = itemKey(copySaleId, product_id);
      const locked = await lockItem(tx, item);
      if (!locked) continue;
      const epoch = locked.epoch + 1;
      await tx.execute(
        "UPDATE sale_item SET epoch = ?, open_epoch = 0 WHERE sale_id = ? AND product_id = ?",
        [epoch, copySaleId, product_id],
      );
      withdrawn.push({ item, epoch, wasOpened: locked.epoch > 0 });
    }
    return withdrawn;
  });
}
