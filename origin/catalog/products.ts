import type { Clock } from "../../shared/clock.ts";
import type { Database, Sql, SqlRow, SqlValue } from "../database/database.ts";
import { checkPage } from "../database/pages.ts";
import type { Page } from "../orders/order_book.ts";
import type { CatalogResult, Product, ProductFields } from "./catalog.ts";
import { raiseCatalogVersion } from "./catalog_version.ts";

/** Most ids read at once, whatever the caller asks for. */
const MAX_IDS = 10_000;

const FIELDS = "id, name, subtitle, description, images, price, currency";

/** What `productOf` reads; the product is `p`. */
export const PRODUCT_FIELDS =
  "p.id, p.name, p.subtitle, p.description, p.images, p.price, p.currency";

/** A product from its row. */
export function productOf(row: SqlRow): Product {
  return {
    productId: row.id as number,
    name: row.name as string,
    subtitle: row.subtitle as string,
    description: row.description as string,
    images: JSON.parse(row.images as string),
    price: row.price as number,
    currency: row.currency as string,
  };
}

/** `Catalog.createProduct`. */
export function createProduct(
  database: Database,
  clock: Clock,
  fields: ProductFields,
): Promise<Product> {
  return database.transaction(async (tx) => {
    const nowMs = clock();
    const { insertId } = await tx.execute(
      `INSERT INTO product
         (name, subtitle, description, images, price, currency, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [...valuesOf(fields), nowMs, nowMs],
    );
    await raiseCatalogVersion(tx);
    return { productId: insertId, ...onlyFields(fields) };
  });
}

/** `Catalog.getProduct`; `lock` keeps others from changing it until the transaction ends. */
export async function getProduct(
  sql: Sql,
  productId: number,
  lock = false,
): Promise<Product | null> {
  const [row] = await sql.query(
    `SELECT ${FIELDS} FROM product WHERE id = ?${lock ? sql.forUpdate : ""}`,
    [productId],
  );
  return row ? productOf(row) : null;
}

/** `Catalog.productIds`. */
export async function productIds(sql: Sql, afterId: number, limit: number): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    "SELECT id FROM product WHERE id > ? ORDER BY id LIMIT ?",
    [afterId, Math.min(Math.max(1, Math.trunc(limit)), MAX_IDS)],
  );
  return rows.map(({ id }) => id);
}

/** `Catalog.listProducts`. @throws {RangeError} for a page outside its bounds. */
export async function listProducts(
  database: Database,
  { page, per, name }: { page: number; per: number; name: string },
): Promise<Page<Product>> {
  const offset = checkPage(page, per);
  // As one pattern: a percent sign in a name is one, and no wild card.
  const where = name === "" ? "" : "WHERE LOWER(name) LIKE LOWER(?) ESCAPE '!'";
  const values = name === "" ? [] : [`%${name.replaceAll(/[!%_]/g, "!$&")}%`];
  const [count] = await database.query<{ total: number }>(
    `SELECT COUNT(*) AS total FROM product ${where}`,
    values,
  );
  const rows = await database.query(
    `SELECT ${FIELDS} FROM product ${where} ORDER BY id DESC LIMIT ? OFFSET ?`,
    [...values, per, offset],
  );
  return { items: rows.map(productOf), page, per, total: count?.total ?? 0 };
}

/** `Catalog.updateProduct`: sales keep the price and currency that they were made with. */
export function updateProduct(
  database: Database,
  clock: Clock,
  productId: number,
  changes: Partial<ProductFields>,
): Promise<CatalogResult<Product>> {
  return database.transaction(async (tx): Promise<CatalogResult<Product>> => {
    const before = await getProduct(tx, productId, true);
    if (!before) return { kind: "not_found" };
    const fields = onlyFields({ ...before, ...changes });
    await tx.execute(
      `UPDATE product SET name = ?, subtitle = ?, description = ?, images = ?, price = ?,
                          currency = ?, updated_at = ? WHERE id = ?`,
      [...valuesOf(fields), clock(), productId],
    );
    await raiseCatalogVersion(tx);
    return { kind: "done", value: { productId, ...fields } };
  });
}

/** `Catalog.deleteProduct`. */
export function deleteProduct(
  database: Database,
  productId: number,
): Promise<CatalogResult<null>> {
  return database.transaction(async (tx): Promise<CatalogResult<null>> => {
    // A sale that takes the product locks its row first, so none can slip in behind this look.
    if (!await getProduct(tx, productId, true)) return { kind: "not_found" };
    const [used] = await tx.query<{ sale_id: number }>(
      "SELECT sale_id FROM sale_item WHERE product_id = ? LIMIT 1",
      [productId],
    );
    if (used) {
      const detail = `Cannot delete a product as no sale may have it: current value is sale ` +
        `${used.sale_id}`;
      return { kind: "refused", refusal: { kind: "in_use", detail } };
    }
    await tx.execute("DELETE FROM product WHERE id = ?", [productId]);
    await raiseCatalogVersion(tx);
    return { kind: "done", value: null };
  });
}

/** Leaves out whatever else the caller's object carries. */
function onlyFields(from: ProductFields): ProductFields {
  const { name, subtitle, description, images, price, currency } = from;
  return { name, subtitle, description, images: [...images], price, currency };
}

function valuesOf(fields: ProductFields): SqlValue[] {
  const { name, subtitle, description, images, price, currency } = fields;
  return [name, subtitle, description, JSON.stringify(images), price, currency];
}
