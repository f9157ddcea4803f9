import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { refundsContract } from "./payment_contract_refunds.ts";
import { takesContract } from "./payment_contract_takes.ts";

/** What every payment book keeps to. The tests may share a database: each has a sale of its own. */
export function paymentBookContract(name: string, open: OpenDatabase): void {
  takesContract(name, open);
  refundsContract(name, open);
}
