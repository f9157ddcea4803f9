import type { Clock } from "../../shared/clock.ts";
import { parseItemKey } from "../../shared/item.ts";
import type { SaleStatus } from "../catalog/catalog.ts";
import { raiseCatalogVersion } from "../catalog/catalog_version.ts";
import type { Database, Sql } from "../database/database.ts";
import { totals } from "../orders/item_totals.ts";
import { lockKnownItem } from "../orders/lock_item.ts";
import type { ItemTotals } from "../orders/order_book.ts";
import type { FenceOutcome } from "./clean_up_book.ts";

interface SaleRow {
  status: SaleStatus;
  cleaned_at: number | null;
}

/** `CleanUpBook.fence`. */
export function fenceSale(
  database: Database,
  clock: Clock,
  saleId: number,
  expected: ItemTotals[],
): Promise<FenceOutcome> {
  return database.transaction(async (tx): Promise<FenceOutcome> => {
    const [sale] = await tx.query<SaleRow>(
      `SELECT status, cleaned_at FROM sale WHERE id = ?${tx.forUpdate}`,
      [saleId],
    );
    if (!sale) return "not_found";
    if (sale.cleaned_at !== null) return "fenced";
    if (sale.status !== "closed") return "open";
    // In one order for everybody, as those who close items have it.
    const items = expected.map(({ item }) => ({ item, ...parseItemKey(item) }))
      .sort((a, b) => a.productId - b.productId);
    for (const { item } of items) await lockKnownItem(tx, item);
    // Behind the locks, which whoever writes orders or ends them needs.
    if (!await isAsProven(tx, saleId, expected)) return "changed";
    for (const { productId } of items) {
      await tx.execute(
        `UPDATE sale_item SET epoch = epoch + 1, open_epoch = 0 WHERE sale_id = ? AND product_id = ?`,
        [saleId, productId],
      );
      await tx.execute(
        "UPDATE sale_item SET ledger_epoch = epoch WHERE sale_id = ? AND product_id = ?",
        [saleId, productId],
      );
    }
    await tx.execute("UPDATE sale SET cleaned_at = ? WHERE id = ?", [clock(), saleId]);
    await raiseCatalogVersion(tx);
    return "fenced";
  });
}

/** Nothing is unpaid or on its way to the ledger, and the orders are those that were proven. */
async function isAsProven(tx: Sql, saleId: number, expected: ItemTotals[]): Promise<boolean> {
  const [pending] = await tx.query<{ total: number }>(
    "SELECT COUNT(*) AS total FROM stock_event WHERE state = 'pending' AND sale_id = ?",
    [saleId],
  );
  if ((pending?.total ?? 0) > 0) return false;
  const now = new Map((await totals(tx, saleId)).map((one) => [one.item, one]));
  return now.size === expected.length && expected.every((one) => {
    const found = now.get(one.item);
    return found !== undefined && found.unpaid === 0 &&
      SUMS.every((sum) => found[sum] === one[sum]);
  });
}

const SUMS = ["unpaid", "paid", "cancelled", "refused", "refundDue", "refunded"] as const;
