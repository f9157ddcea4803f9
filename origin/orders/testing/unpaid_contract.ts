import type { OpenDatabase } from "./book_shop.ts";
import { barringContract } from "./unpaid_contract_barring.ts";
import { cancelContract } from "./unpaid_contract_cancel.ts";
import { manyContract } from "./unpaid_contract_many.ts";

/** What every book of unpaid orders keeps to. The tests may share a database. */
export function unpaidContract(name: string, open: OpenDatabase): void {
  cancelContract(name, open);
  barringContract(name, open);
  manyContract(name, open);
}
