import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import type { CatalogRefusal, CatalogResult, Sale, SaleFields } from "./catalog.ts";
import { raiseCatalogVersion } from "./catalog_version.ts";
import { priceItems } from "./sale_items.ts";
import {
  insertSaleItems,
  readItemsOf,
  readSale,
  SALE_COLUMNS,
  SALE_FIELDS,
  saleOf,
  saleValues,
} from "./sale_rows.ts";

/** `Catalog.createSale`: a draft. */
export function createSale(
  database: Database,
  clock: Clock,
  fields: SaleFields,
): Promise<CatalogResult<Sale>> {
  return database.transaction(async (tx): Promise<CatalogResult<Sale>> => {
    const refusal = refuseWindow(fields);
    if (refusal) return { kind: "refused", refusal };
    const priced = await priceItems(tx, fields.items);
    if ("refusal" in priced) return { kind: "refused", refusal: priced.refusal };
    const nowMs = clock();
    const columns = [...SALE_COLUMNS, "status", "created_at", "updated_at"];
    const { insertId } = await tx.execute(
      `INSERT INTO sale (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
      [...saleValues(fields), "draft", nowMs, nowMs],
    );
    await insertSaleItems(tx, insertId, priced.items);
    await raiseCatalogVersion(tx);
    const sale = await readSale(tx, insertId);
    return sale ? { kind: "done", value: sale } : { kind: "not_found" };
  });
}

/** Why a sale cannot have this window, or null. */
export function refuseWindow(
  { startsAt, endsAt }: { startsAt: number; endsAt: number },
): CatalogRefusal | null {
  if (endsAt > startsAt) return null;
  const detail = `Cannot make a sale as it must end after ${startsAt}: current value is ${endsAt}`;
  return { kind: "window", detail };
}

/**
 * `Catalog.listSales`, newest first, without the copies of rehearsals. @throws {RangeError} for a
 * page outside its bounds.
 */
export async function listSales(
  database: Database,
  page: number,
  per: number,
): Promise<Page<Sale>> {
  const offset = checkPage(page, per);
  const [count] = await database.query<{ total: number }>(
    "SELECT COUNT(*) AS total FROM sale s WHERE s.rehearsal_of IS NULL",
  );
  const rows = await database.query(
    `SELECT ${SALE_FIELDS} FROM sale s WHERE s.rehearsal_of IS NULL
      ORDER BY s.id DESC LIMIT ? OFFSET ?`,
    [per, offset],
  );
  const items = await readItemsOf(database, rows.map((row) => row.id as number));
  return {
    items: rows.map((row) => saleOf(row, items.get(row.id as number) ?? [])),
    page,
    per,
    total: count?.total ?? 0,
  };
}
