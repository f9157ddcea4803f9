import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import { blocksContract } from "./customer_contract_blocks.ts";
import { listsContract } from "./customer_contract_lists.ts";
import { usersContract } from "./customer_contract_users.ts";

/** What every customer book keeps to. The tests may share a database: each has names of its own. */
export function customerBookContract(name: string, open: OpenDatabase): void {
  blocksContract(name, open);
  usersContract(name, open);
  listsContract(name, open);
}
