import type { ClaimRule } from "../../shared/claims.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { CaptchaPolicy, SaleLimits } from "../../shared/sale.ts";
import type { Page } from "../orders/order_book.ts";

/** A product of the shop. Money in minor units of `currency` (ISO 4217). */
export interface Product {
  productId: number;
  name: string;
  subtitle: string;
  description: string;
  /** Paths on Dropgate's own host. */
  images: string[];
  price: number;
  currency: string;
}

export type ProductFields = Omit<Product, "productId">;

/** A product in a sale. `price` and `currency` are fixed when the sale is made. */
export interface SaleItem {
  productId: number;
  /** Put on sale; −1 is unlimited. */
  stock: number;
  price: number;
  currency: string;
  perUserLimit: number;
}

/** `draft` until it is published; `closed` for good. */
export type SaleStatus = "draft" | "published" | "closed";

/** A sale. Times in ms. */
export interface Sale {
  saleId: number;
  title: string;
  startsAt: number;
  endsAt: number;
  status: SaleStatus;
  paused: boolean;
  minLevel: number;
  /** All of them must be met, beside `minLevel`; at most 8. */
  claims: ClaimRule[];
  captcha: CaptchaPolicy;
  limits: SaleLimits;
  paymentWindowS: number;
  /** A buyer with so many expired orders in the sale may hold nothing more in it. */
  maxExpiredHolds: number;
  items: SaleItem[];
}

/** What an operator gives for a new sale; a price left out is the product's. */
export type SaleFields =
  & Omit<Sale, "saleId" | "status" | "paused" | "items">
  & { items: { productId: number; stock: number; price?: number; perUserLimit: number }[] };

/** What can be changed later, field by field. Items only while it is a draft. */
export type SaleChanges = Partial<Omit<SaleFields, "limits">> & { limits?: Partial<SaleLimits> };

/** A change that the present state does not allow; nothing was changed. */
export interface CatalogRefusal {
  kind:
    | "unknown_product"
    | "in_use"
    | "not_draft"
    | "closed"
    | "window"
    | "different_currency";
  detail: string;
}

export type CatalogResult<T> =
  | { kind: "done"; value: T }
  | { kind: "not_found" }
  | { kind: "refused"; refusal: CatalogRefusal };

/** A published sale with what the buy path needs of its items. */
export interface PublishedSale extends Sale {
  /** True once it was cleaned up: its ledgers are gone for good. */
  isCleaned?: true;
  products: Product[];
  /** The epoch that origins use, per item; 0 while closed. */
  openEpochs: { item: ItemKey; openEpoch: number; stock: number }[];
}

/** Products and sales as operators keep them. Every change raises the version. */
export interface Catalog {
  createProduct(fields: ProductFields): Promise<Product>;
  getProduct(productId: number): Promise<Product | null>;
  /** Newest first; with `name`, those whose name has it in it, whatever its case. */
  listProducts(page: number, per: number, name?: string): Promise<Page<Product>>;
  /** Ids of products above `afterId`, rising; at most `limit` (1–10,000). */
  productIds(afterId: number, limit: number): Promise<number[]>;
  updateProduct(
    productId: number,
    changes: Partial<ProductFields>,
  ): Promise<CatalogResult<Product>>;
  /** Refused while a sale has the product. */
  deleteProduct(productId: number): Promise<CatalogResult<null>>;

  createSale(fields: SaleFields): Promise<CatalogResult<Sale>>;
  getSale(saleId: number): Promise<Sale | null>;
  listSales(page: number, per: number): Promise<Page<Sale>>;
  /** Merges field by field; `endsAt` must stay after `startsAt`. */
  updateSale(saleId: number, changes: SaleChanges): Promise<CatalogResult<Sale>>;
  publishSale(saleId: number): Promise<CatalogResult<Sale>>;
  pauseSale(saleId: number, paused: boolean): Promise<CatalogResult<Sale>>;
  closeSale(saleId: number): Promise<CatalogResult<Sale>>;

  /** Raised by every change of products, sales, pauses and open epochs. Cheap to ask. */
  version(): Promise<number>;
  /** All published and closed sales that buyers may still see, newest start first; at most 1,000. */
  publishedSales(): Promise<{ version: number; sales: PublishedSale[] }>;
}
