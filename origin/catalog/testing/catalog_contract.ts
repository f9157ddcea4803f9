import { productsContract } from "./catalog_contract_products.ts";
import { publishedContract } from "./catalog_contract_published.ts";
import { salesContract } from "./catalog_contract_sales.ts";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";

/** What every catalog keeps to. The tests may share a database. */
export function catalogContract(name: string, open: OpenDatabase): void {
  productsContract(name, open);
  salesContract(name, open);
  publishedContract(name, open);
}
