import { itemKey } from "../../shared/item.ts";
import { termsOf } from "../catalog/item_terms.ts";
import type { AdminParts } from "./admin_parts.ts";

/** What a change is brought to. */
export type PuttingInForce = Pick<AdminParts, "registry" | "log"> & {
  ledger: Pick<AdminParts["ledger"], "isUp" | "setTerms">;
};

/**
 * Brings a change of the catalog to this origin and to the ledgers at once. A failure is only
 * logged: the change is in the database, every origin reads it on its own, and a worker tells the
 * ledgers until they have heard.
 */
export async function putInForce(
  saleId: number | null,
  { registry, ledger, log }: PuttingInForce,
): Promise<void> {
  try {
    await registry.refresh();
    const { version, sales } = registry.current();
    const sale = sales.find((sale) => sale.saleId === saleId);
    if (!sale || !ledger.isUp()) return;
    const epochs = new Map(sale.openEpochs.map((entry) => [entry.item, entry.openEpoch]));
    const changes = sale.items.flatMap((item) => {
      const key = itemKey(sale.saleId, item.productId);
      const epoch = epochs.get(key) ?? 0;
      return epoch > 0 ? [{ item: key, epoch, terms: termsOf(sale, item, version) }] : [];
    });
    if (changes.length > 0) await ledger.setTerms(changes);
  } catch (error) {
    log.warning("Cannot put a change in force at once, the loops will: {error}", {
      saleId,
      error: String(error),
    });
  }
}
