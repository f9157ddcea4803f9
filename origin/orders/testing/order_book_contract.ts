import { epochsContract } from "./book_contract_epochs.ts";
import { eventsContract } from "./book_contract_events.ts";
import { exportContract } from "./book_contract_export.ts";
import { listsContract } from "./book_contract_lists.ts";
import { splitContract } from "./book_contract_split.ts";
import { writesContract } from "./book_contract_writes.ts";
import type { OpenDatabase } from "./book_shop.ts";

/** What every order book keeps to. The tests may share a database: each makes a sale of its own. */
export function orderBookContract(name: string, open: OpenDatabase): void {
  writesContract(name, open);
  splitContract(name, open);
  eventsContract(name, open);
  epochsContract(name, open);
  listsContract(name, open);
  exportContract(name, open);
}
