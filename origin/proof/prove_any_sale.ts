import { itemKey } from "../../shared/item.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Sale } from "../catalog/catalog.ts";
import { OPEN_AFTER_END_MS } from "../orders/item_epochs.ts";
import { type Proof, type ProofParts, proveSale } from "../orders/proof.ts";
import { LedgerAwayError } from "../orders/proof_ledger.ts";
import { readAsOpen, type RebuildingBook, RebuiltLedger } from "./rebuilt_ledger.ts";

/** What the proof of any sale is recomputed from. */
export type AnyProofParts = ProofParts & { book: RebuildingBook; clock: Clock };

/** Stock events looked at. */
const MAX_PENDING = 1_000;

/**
 * Proves a sale; without its ledger (`ledger` is false) where it is lost and the sale so long over
 * that nobody opens its items any more.
 *
 * @throws {LedgerAwayError} when the ledger of any other sale cannot be read
 */
export async function proveAnySale(
  sale: Sale,
  parts: AnyProofParts,
): Promise<{ proof: Proof; ledger: boolean }> {
  try {
    return { proof: await proveSale(sale, parts), ledger: true };
  } catch (error) {
    if (!(error instanceof LedgerAwayError) || !await isAbandoned(sale, parts)) throw error;
    const { book } = parts;
    const readable: ProofParts = {
      ...parts,
      ledger: new RebuiltLedger(book),
      book: {
        readItems: (items) => readAsOpen(book, items),
        totals: (saleId) => book.totals(saleId),
        pendingStockEvents: (limit) => book.pendingStockEvents(limit),
        findOrders: (tickets) => book.findOrders(tickets),
        listTickets: (item, afterId, limit) => book.listTickets(item, afterId, limit),
      },
    };
    return { proof: await proveSale(sale, readable), ledger: false };
  }
}

/** True when no worker opens the items of a sale any more: the rule of `OrderBook.itemsToOpen`. */
async function isAbandoned(sale: Sale, { book, ledger, clock }: AnyProofParts): Promise<boolean> {
  if (sale.endsAt > clock() - OPEN_AFTER_END_MS || !ledger.isUp()) return false;
  const items = sale.items.map(({ productId }) => itemKey(sale.saleId, productId));
  const pending = await book.pendingStockEvents(MAX_PENDING);
  return !pending.some(({ item }) => items.includes(item));
}
