import type { Clock } from "../../shared/clock.ts";
import { itemKey } from "../../shared/item.ts";
import type { Database, Sql } from "../database/database.ts";
import { lockItem } from "../orders/lock_item.ts";
import type { CatalogRefusal, CatalogResult, Sale, SaleChanges } from "./catalog.ts";
import { raiseCatalogVersion } from "./catalog_version.ts";
import { changeLimitsOnly, priceItems } from "./sale_items.ts";
import { insertSaleItems, readSale, SALE_COLUMNS, saleValues } from "./sale_rows.ts";
import { refuseWindow } from "./sales.ts";

/** What became of a change under the lock of the sale's row. */
type Change = "changed" | "unchanged" | CatalogRefusal;

/**
 * `Catalog.updateSale`. On a published sale everything but the set, the prices and the stock of its
 * items can change; a closed one cannot change at all.
 */
export function updateSale(
  database: Database,
  clock: Clock,
  saleId: number,
  changes: SaleChanges,
): Promise<CatalogResult<Sale>> {
  return changeSale(database, saleId, async (tx, sale) => {
    if (sale.status === "closed") return closedForGood(saleId);
    const limits = { ...sale.limits, ...changes.limits };
    const next = { ...sale, ...changes, limits };
    const refusal = refuseWindow(next);
    if (refusal) return refusal;
    if (changes.items) {
      const obstacle = await changeItems(tx, sale, changes.items);
      if (obstacle) return obstacle;
    }
    await tx.execute(
      `UPDATE sale SET ${SALE_COLUMNS.map((column) => `${column} = ?`).join(", ")},
                       updated_at = ? WHERE id = ?`,
      [...saleValues(next), clock(), saleId],
    );
    return "changed";
  });
}

async function changeItems(
  tx: Sql,
  sale: Sale,
  wanted: NonNullable<SaleChanges["items"]>,
): Promise<CatalogRefusal | null> {
  if (sale.status === "draft") {
    const priced = await priceItems(tx, wanted);
    if ("refusal" in priced) return priced.refusal;
    await tx.execute("DELETE FROM sale_item WHERE sale_id = ?", [sale.saleId]);
    await insertSaleItems(tx, sale.saleId, priced.items);
    return null;
  }
  const limited = changeLimitsOnly(sale.items, wanted);
  if ("refusal" in limited) return limited.refusal;
  // In one order for everybody, as those who close items have it.
  for (const { productId, perUserLimit } of limited.items.toSorted(byProduct)) {
    await lockItem(tx, itemKey(sale.saleId, productId));
    await tx.execute(
      "UPDATE sale_item SET per_user_limit = ? WHERE sale_id = ? AND product_id = ?",
      [perUserLimit, sale.saleId, productId],
    );
  }
  return null;
}

function byProduct(a: { productId: number }, b: { productId: number }): number {
  return a.productId - b.productId;
}

/** `Catalog.publishSale`; a sale that is published already stays as it is. */
export function publishSale(
  database: Database,
  clock: Clock,
  saleId: number,
): Promise<CatalogResult<Sale>> {
  return changeSale(database, saleId, async (tx, sale) => {
    if (sale.status === "closed") return closedForGood(saleId);
    if (sale.status === "published") return "unchanged";
    await tx.execute(
      "UPDATE sale SET status = 'published', updated_at = ? WHERE id = ?",
      [clock(), saleId],
    );
    return "changed";
  });
}

/** `Catalog.pauseSale`: also lifts a pause. */
export function pauseSale(
  database: Database,
  clock: Clock,
  saleId: number,
  paused: boolean,
): Promise<CatalogResult<Sale>> {
  return changeSale(database, saleId, async (tx, sale) => {
    if (sale.status === "closed") return closedForGood(saleId);
    if (sale.paused === paused) return "unchanged";
    await tx.execute(
      "UPDATE sale SET paused = ?, updated_at = ? WHERE id = ?",
      [paused ? 1 : 0, clock(), saleId],
    );
    return "changed";
  });
}

/**
 * `Catalog.closeSale`: for good; a second time changes nothing. A sale that is over was closed by its
 * end: buyers would find one of last year again otherwise.
 */
export function closeSale(
  database: Database,
  clock: Clock,
  saleId: number,
): Promise<CatalogResult<Sale>> {
  return changeSale(database, saleId, async (tx, sale) => {
    if (sale.status === "closed") return "unchanged";
    const nowMs = clock();
    await tx.execute(
      "UPDATE sale SET status = 'closed', closed_at = ?, updated_at = ? WHERE id = ?",
      [Math.min(nowMs, sale.endsAt), nowMs, saleId],
    );
    return "changed";
  });
}

/** Locks the sale, lets `change` decide, and answers with the sale as it is afterwards. */
function changeSale(
  database: Database,
  saleId: number,
  change: (tx: Sql, sale: Sale) => Promise<Change>,
): Promise<CatalogResult<Sale>> {
  return database.transaction(async (tx): Promise<CatalogResult<Sale>> => {
    const before = await readSale(tx, saleId, true);
    if (!before) return { kind: "not_found" };
    const outcome = await change(tx, before);
    if (outcome === "unchanged") return { kind: "done", value: before };
    if (outcome !== "changed") return { kind: "refused", refusal: outcome };
    await raiseCatalogVersion(tx);
    const after = await readSale(tx, saleId);
    return after ? { kind: "done", value: after } : { kind: "not_found" };
  });
}

function closedForGood(saleId: number): CatalogRefusal {
  const detail = `Cannot change sale ${saleId} as it must not be closed: current value is closed`;
  return { kind: "closed", detail };
}
