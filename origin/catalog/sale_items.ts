import type { Sql } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import type { CatalogRefusal, SaleFields, SaleItem } from "./catalog.ts";

/** The items as they will be sold, or why they cannot be. */
export type PricedItems = { items: SaleItem[] } | { refusal: CatalogRefusal };

/**
 * Gives items the price and currency of their products where the operator gave none, and locks the
 * products, so that none is deleted before the sale that takes it is committed.
 */
export async function priceItems(tx: Sql, wanted: SaleFields["items"]): Promise<PricedItems> {
  if (wanted.length === 0) return refused("unknown_product", "have a product", "none");
  const products = await lockProducts(tx, wanted.map(({ productId }) => productId));
  const items: SaleItem[] = [];
  const taken = new Set<number>();
  for (const { productId, stock, price, perUserLimit } of wanted) {
    const product = products.get(productId);
    if (!product) return refused("unknown_product", "have known products only", productId);
    if (taken.has(productId)) return refused("in_use", "name a product once", productId);
    taken.add(productId);
    items.push({
      productId,
      stock,
      price: price ?? product.price,
      currency: product.currency,
      perUserLimit,
    });
  }
  const other = items.find(({ currency }) => currency !== items[0]?.currency);
  if (other) return refused("different_currency", "keep to one currency", other.currency);
  return { items };
}

async function lockProducts(
  tx: Sql,
  productIds: number[],
): Promise<Map<number, { price: number; currency: string }>> {
  const products = new Map<number, { price: number; currency: string }>();
  // In one order for everybody, so that two sales of the same products cannot deadlock.
  const ordered = [...new Set(productIds)].sort((a, b) => a - b);
  for (const { marks, values } of inLists(ordered)) {
    const rows = await tx.query<{ id: number; price: number; currency: string }>(
      `SELECT id, price, currency FROM product WHERE id IN (${marks}) ORDER BY id${tx.forUpdate}`,
      values,
    );
    for (const { id, price, currency } of rows) products.set(id, { price, currency });
  }
  return products;
}

/** What of a published sale's items may change: the limits per user, and those only upwards. */
export function changeLimitsOnly(
  before: SaleItem[],
  wanted: SaleFields["items"],
): PricedItems {
  const byProduct = new Map(wanted.map((item) => [item.productId, item]));
  if (wanted.length !== before.length || byProduct.size !== before.length) {
    return fixedItems("its items");
  }
  const items: SaleItem[] = [];
  for (const item of before) {
    const change = byProduct.get(item.productId);
    if (!change) return fixedItems("its items");
    if (change.stock !== item.stock) return fixedItems(`the stock of ${item.productId}`);
    if (change.price !== undefined && change.price !== item.price) {
      return fixedItems(`the price of ${item.productId}`);
    }
    if (change.perUserLimit < item.perUserLimit) return loweredLimit(item);
    items.push({ ...item, perUserLimit: change.perUserLimit });
  }
  return { items };
}

/** Buyers may hold as much as the old limit let them: a lower one would make them look wrong. */
function loweredLimit({ productId, perUserLimit }: SaleItem): PricedItems {
  const detail = `Cannot lower perUserLimit of product ${productId} as buyers may already hold ` +
    `that much: current value is ${perUserLimit}`;
  return { refusal: { kind: "not_draft", detail } };
}

function fixedItems(what: string): PricedItems {
  const detail = `Cannot change ${what} as the sale must be a draft: current value is published`;
  return { refusal: { kind: "not_draft", detail } };
}

function refused(
  kind: CatalogRefusal["kind"],
  rule: string,
  value: string | number,
): PricedItems {
  const detail = `Cannot make a sale as it must ${rule}: current value is ${value}`;
  return { refusal: { kind, detail } };
}
