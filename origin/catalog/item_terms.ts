import type { ItemTerms } from "../ledger/stock_ledger.ts";
import type { Sale, SaleItem } from "./catalog.ts";

/**
 * The conditions that a ledger enforces for one item of a sale. A closed sale ends in the past, so
 * that a buyer's repeated request still finds its ticket while everybody else hears `ended`.
 */
export function termsOf(
  sale: Pick<Sale, "startsAt" | "endsAt" | "status" | "paused" | "paymentWindowS">,
  item: Pick<SaleItem, "perUserLimit">,
  version: number,
): ItemTerms {
  return {
    version,
    startsAt: sale.startsAt,
    endsAt: sale.status === "closed" ? 0 : sale.endsAt,
    paused: sale.paused,
    perUserLimit: item.perUserLimit,
    paymentWindowMs: sale.paymentWindowS * 1000,
  };
}
