import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../database/database.ts";
import type { Catalog, ProductFields, SaleChanges, SaleFields } from "./catalog.ts";
import { readCatalogVersion } from "./catalog_version.ts";
import { closeSale, pauseSale, publishSale, updateSale } from "./change_sale.ts";
import {
  createProduct,
  deleteProduct,
  getProduct,
  listProducts,
  productIds,
  updateProduct,
} from "./products.ts";
import { publishedSales } from "./published_sales.ts";
import { readSale } from "./sale_rows.ts";
import { createSale, listSales } from "./sales.ts";

/** The catalog in SQL, the same for MySQL, MariaDB and SQLite: each operation is one file's. */
export class SqlCatalog implements Catalog {
  constructor(readonly database: Database, readonly clock: Clock) {}

  createProduct(fields: ProductFields) {
    return createProduct(this.database, this.clock, fields);
  }

  getProduct(productId: number) {
    return getProduct(this.database, productId);
  }

  listProducts(page: number, per: number, name?: string) {
    return listProducts(this.database, { page, per, name: name ?? "" });
  }

  productIds(afterId: number, limit: number) {
    return productIds(this.database, afterId, limit);
  }

  updateProduct(productId: number, changes: Partial<ProductFields>) {
    return updateProduct(this.database, this.clock, productId, changes);
  }

  deleteProduct(productId: number) {
    return deleteProduct(this.database, productId);
  }

  createSale(fields: SaleFields) {
    return createSale(this.database, this.clock, fields);
  }

  getSale(saleId: number) {
    return readSale(this.database, saleId);
  }

  listSales(page: number, per: number) {
    return listSales(this.database, page, per);
  }

  updateSale(saleId: number, changes: SaleChanges) {
    return updateSale(this.database, this.clock, saleId, changes);
  }

  publishSale(saleId: number) {
    return publishSale(this.database, this.clock, saleId);
  }

  pauseSale(saleId: number, paused: boolean) {
    return pauseSale(this.database, this.clock, saleId, paused);
  }

  closeSale(saleId: number) {
    return closeSale(this.database, this.clock, saleId);
  }

  version() {
    return readCatalogVersion(this.database);
  }

  publishedSales() {
    return publishedSales(this.database, this.clock);
  }
}
