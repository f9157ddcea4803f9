import type { ClaimRule } from "../../shared/claims.ts";
import type { CaptchaPolicy, SaleLimits } from "../../shared/sale.ts";
import type { Sql, SqlRow, SqlValue } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import type { Sale, SaleItem, SaleStatus } from "./catalog.ts";

/** What `saleOf` reads; the sale is `s`. */
export const SALE_FIELDS = "s.id, s.title, s.starts_at, s.ends_at, s.status, s.paused, " +
  "s.min_level, s.captcha, s.rate_per_second, s.burst, s.user_per_minute, s.ip_per_minute, " +
  "s.payment_window_s, s.max_expired_holds, s.claims";

/** What `saleItemOf` reads; the item is `i`. */
export const SALE_ITEM_FIELDS = "i.sale_id, i.product_id, i.stock, i.price, i.currency, " +
  "i.per_user_limit";

/** A sale from its row and its items. */
export function saleOf(row: SqlRow, items: SaleItem[]): Sale {
  const limits: SaleLimits = {
    ratePerSecond: row.rate_per_second as number,
    burst: row.burst as number,
    userPerMinute: row.user_per_minute as number,
    ipPerMinute: row.ip_per_minute as number,
  };
  return {
    saleId: row.id as number,
    title: row.title as string,
    startsAt: row.starts_at as number,
    endsAt: row.ends_at as number,
    status: row.status as SaleStatus,
    paused: row.paused !== 0,
    minLevel: row.min_level as number,
    claims: claimRulesOf(row.claims as string | null),
    captcha: row.captcha as CaptchaPolicy,
    limits,
    paymentWindowS: row.payment_window_s as number,
    maxExpiredHolds: row.max_expired_holds as number,
    items,
  };
}

/** The rules of a sale: a JSON array, or null for none. Only `saleValues` writes it. */
function claimRulesOf(text: string | null): ClaimRule[] {
  return text === null ? [] : JSON.parse(text) as ClaimRule[];
}

/** A sale's item from its row. */
export function saleItemOf(row: SqlRow): SaleItem {
  return {
    productId: row.product_id as number,
    stock: row.stock as number,
    price: row.price as number,
    currency: row.currency as string,
    perUserLimit: row.per_user_limit as number,
  };
}

/** The columns that an operator can change, as `SET` and as values in that order. */
export const SALE_COLUMNS = [
  "title",
  "starts_at",
  "ends_at",
  "min_level",
  "captcha",
  "rate_per_second",
  "burst",
  "user_per_minute",
  "ip_per_minute",
  "payment_window_s",
  "max_expired_holds",
  "claims",
];

/** The values of `SALE_COLUMNS`. */
export function saleValues(
  sale: Omit<Sale, "saleId" | "status" | "paused" | "items">,
): SqlValue[] {
  const { limits } = sale;
  return [
    sale.title,
    sale.startsAt,
    sale.endsAt,
    sale.minLevel,
    sale.captcha,
    limits.ratePerSecond,
    limits.burst,
    limits.userPerMinute,
    limits.ipPerMinute,
    sale.paymentWindowS,
    sale.maxExpiredHolds,
    sale.claims.length === 0 ? null : JSON.stringify(sale.claims),
  ];
}

/** Writes the items of a sale that has none. */
export async function insertSaleItems(
  tx: Sql,
  saleId: number,
  items: SaleItem[],
): Promise<void> {
  await tx.insertMany(
    "sale_item",
    ["sale_id", "product_id", "position", "price", "currency", "per_user_limit", "stock"],
    items.map((item, position) => [
      saleId,
      item.productId,
      position,
      item.price,
      item.currency,
      item.perUserLimit,
      item.stock,
    ]),
  );
}

/**
 * A sale with its items; `lock` keeps others from changing it until the transaction ends. The copy of
 * a rehearsal is no sale of the catalog: its own book reads it.
 */
export async function readSale(sql: Sql, saleId: number, lock = false): Promise<Sale | null> {
  const [row] = await sql.query(
    `SELECT ${SALE_FIELDS} FROM sale s
      WHERE s.id = ? AND s.rehearsal_of IS NULL${lock ? sql.forUpdate : ""}`,
    [saleId],
  );
  if (!row) return null;
  const items = await readItemsOf(sql, [saleId]);
  return saleOf(row, items.get(saleId) ?? []);
}

/** The items of sales, each sale's in its own order. */
export async function readItemsOf(sql: Sql, saleIds: number[]): Promise<Map<number, SaleItem[]>> {
  const items = new Map<number, SaleItem[]>();
  for (const { marks, values } of inLists(saleIds)) {
    const rows = await sql.query(
      `SELECT ${SALE_ITEM_FIELDS} FROM sale_item i WHERE i.sale_id IN (${marks})
        ORDER BY i.sale_id, i.position`,
      values,
    );
    for (const row of rows) {
      const saleId = row.sale_id as number;
      const list = items.get(saleId);
      if (list) list.push(saleItemOf(row));
      else items.set(saleId, [saleItemOf(row)]);
    }
  }
  return items;
}
