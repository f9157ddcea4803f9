import { itemKey } from "../../shared/item.ts";
import type { Sale } from "../catalog/catalog.ts";
import { termsOf } from "../catalog/item_terms.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";

/** What telling the ledgers works with. */
export interface ClosingParts {
  catalogVersion(): Promise<number>;
  getSale(saleId: number): Promise<Sale | null>;
  book: Pick<OrderBook, "readItems">;
  ledger: Pick<StockLedger, "setTerms">;
}

/**
 * Tells the ledgers of a closed sale that it is closed. Nobody may be promised anything in it after
 * its last proof, so whoever fences it has to know that they have heard. A ledger that does not have
 * the open epoch sells nothing in it.
 *
 * @throws when a ledger or the database is away: then one of them may still sell.
 */
export async function closeLedgers(saleId: number, parts: ClosingParts): Promise<void> {
  const { book, ledger } = parts;
  // Read before the sale, which is closed by now: a ledger with newer terms has heard of it.
  const version = await parts.catalogVersion();
  const sale = await parts.getSale(saleId);
  if (sale?.status !== "closed") {
    throw new Error(`Cannot clean up sale ${saleId} as it must be closed: it is ${sale?.status}`);
  }
  const states = await book.readItems(
    sale.items.map(({ productId }) => itemKey(saleId, productId)),
  );
  const changes = sale.items.flatMap((item, at) => {
    const state = states[at];
    if (!state || state.openEpoch === 0) return [];
    return [{ item: state.item, epoch: state.openEpoch, terms: termsOf(sale, item, version) }];
  });
  if (changes.length > 0) await ledger.setTerms(changes);
}
