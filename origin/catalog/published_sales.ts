import type { Clock } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import type { Database, SqlRow } from "../database/database.ts";
import type { Product, PublishedSale, SaleItem } from "./catalog.ts";
import { readCatalogVersion } from "./catalog_version.ts";
import { PRODUCT_FIELDS, productOf } from "./products.ts";
import { SALE_FIELDS, SALE_ITEM_FIELDS, saleItemOf, saleOf } from "./sale_rows.ts";

/** How long a sale that is over is still known: its buyers may ask for their tickets and orders. */
export const SHOWN_AFTER_END_MS = 30 * 24 * 60 * 60_000;

const MAX_SALES = 1_000;

/** Sales that buyers may still see, no copies; both parameters are the earliest end. */
const VISIBLE = "((s.status = 'published' AND s.ends_at > ?) OR " +
  "(s.status = 'closed' AND s.closed_at > ?)) AND s.rehearsal_of IS NULL";

/** Times that everything is read again because somebody changed something meanwhile. */
const MAX_ROUNDS = 5;

/**
 * `Catalog.publishedSales`: two small queries and three larger ones, whatever there is. What it
 * answers was so at one moment: pages are made of it, and a mix of two moments would show a state
 * that no sale ever had. After five restless rounds it tells what it has; its version is the older
 * one, so the next look reads again.
 */
export async function publishedSales(
  database: Database,
  clock: Clock,
): Promise<{ version: number; sales: PublishedSale[] }> {
  let version = await readCatalogVersion(database);
  for (let round = 1;; round++) {
    const sales = await readSales(database, clock());
    const after = await readCatalogVersion(database);
    if (after === version || round === MAX_ROUNDS) return { version, sales };
    version = after;
  }
}

async function readSales(database: Database, nowMs: number): Promise<PublishedSale[]> {
  const earliest = nowMs - SHOWN_AFTER_END_MS;
  const sales = await database.query(
    `SELECT ${SALE_FIELDS}, s.cleaned_at FROM sale s WHERE ${VISIBLE}
      ORDER BY s.starts_at DESC, s.id DESC LIMIT ${MAX_SALES}`,
    [earliest, earliest],
  );
  if (sales.length === 0) return [];
  const items = await database.query(
    `SELECT ${SALE_ITEM_FIELDS}, i.open_epoch FROM sale_item i JOIN sale s ON s.id = i.sale_id
      WHERE ${VISIBLE} ORDER BY i.sale_id, i.position`,
    [earliest, earliest],
  );
  const products = await database.query(
    `SELECT ${PRODUCT_FIELDS} FROM product p WHERE p.id IN
       (SELECT i.product_id FROM sale_item i JOIN sale s ON s.id = i.sale_id WHERE ${VISIBLE})`,
    [earliest, earliest],
  );
  return assemble(sales, items, products);
}

function assemble(sales: SqlRow[], items: SqlRow[], products: SqlRow[]): PublishedSale[] {
  const productsById = new Map(products.map((row) => [row.id as number, productOf(row)]));
  const itemsBySale = new Map<number, { row: SqlRow; product: Product }[]>();
  for (const row of items) {
    const product = productsById.get(row.product_id as number);
    // Made between two of the queries: the version has changed then, and all is read again.
    if (!product) continue;
    const list = itemsBySale.get(row.sale_id as number);
    if (list) list.push({ row, product });
    else itemsBySale.set(row.sale_id as number, [{ row, product }]);
  }
  return sales.map((row) => {
    const own = itemsBySale.get(row.id as number) ?? [];
    const saleItems: SaleItem[] = own.map((entry) => saleItemOf(entry.row));
    const sale = saleOf(row, saleItems);
    return {
      ...sale,
      ...(row.cleaned_at === null ? {} : { isCleaned: true as const }),
      products: own.map(({ product }) => product),
      openEpochs: own.map((entry) => ({
        item: itemKey(sale.saleId, entry.product.productId),
        openEpoch: entry.row.open_epoch as number,
        stock: entry.row.stock as number,
      })),
    };
  });
}
