import { changesContract } from "./ledger_contract_changes.ts";
import { openingContract } from "./ledger_contract_opening.ts";
import { outboxContract } from "./ledger_contract_outbox.ts";
import { passesContract } from "./ledger_contract_passes.ts";
import { propertyContract } from "./ledger_contract_property.ts";
import { refusalsContract } from "./ledger_contract_refusals.ts";
import { removalContract } from "./ledger_contract_removal.ts";
import { reserveContract } from "./ledger_contract_reserve.ts";
import { sharedPassesContract } from "./ledger_contract_shared_passes.ts";
import type { MakeLedger } from "./ledger_contract_setup.ts";

/** Registers the tests that every `StockLedger` has to pass, under the adapter's name. */
export function ledgerContract(name: string, makeLedger: MakeLedger): void {
  reserveContract(name, makeLedger);
  refusalsContract(name, makeLedger);
  passesContract(name, makeLedger);
  sharedPassesContract(name, makeLedger);
  outboxContract(name, makeLedger);
  changesContract(name, makeLedger);
  openingContract(name, makeLedger);
  removalContract(name, makeLedger);
  propertyContract(name, makeLedger);
}
