import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { Catalog, Product, Sale } from "../catalog/catalog.ts";
import type { ProductIds } from "../catalog/product_ids.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { ReportStore } from "../live/report_store.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { PaymentGateway } from "../payments/payment_gateway.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import type { WebhookBook } from "../webhook/webhook_book.ts";
import type { ClockWatch } from "./clock_watch.ts";
import type { StoreProbes } from "./store_probes.ts";

/** How long one check may take; what takes longer is a red line. */
export const CHECK_TIMEOUT_MS = 2_000;

/** What one look found. `detail` is what was seen; `advice` what to do, null when nothing is. */
export interface Finding {
  ok: boolean;
  detail: string;
  advice: string | null;
}

/** One line of the list, with its name for programs. */
export interface ReadinessCheck extends Finding {
  name: string;
}

/** Whether a sale could sell. */
export interface Readiness {
  saleId: number;
  status: Sale["status"];
  /** True when every check is. */
  ready: boolean;
  checks: ReadinessCheck[];
  /** ms. */
  checkedAt: number;
}

/** What the checks look at. */
export interface ReadinessParts {
  catalog: Pick<Catalog, "getSale" | "getProduct" | "version">;
  book: Pick<OrderBook, "readItems">;
  ledger: Pick<StockLedger, "isUp" | "readStock">;
  queue: Pick<OrderQueue, "isUp" | "depth">;
  registry: Pick<SaleRegistry, "current">;
  productIds: Pick<ProductIds, "current" | "refresh">;
  probes: StoreProbes;
  reports: Pick<ReportStore, "list">;
  clocks: Pick<ClockWatch, "observe" | "latenesses">;
  gateway: Pick<PaymentGateway, "check">;
  webhook: Pick<WebhookBook, "status">;
  clock: Clock;
  /** Waits so many ms. */
  delay(ms: number): Promise<void>;
  log: Log;
}

/** What is checked: the sale, and its products as far as they could be read. */
export interface Subject {
  sale: Sale;
  products: Map<number, Product>;
  nowMs: number;
}

/** One check of the list. */
export interface Check {
  name: string;
  /** False leaves it out: before it is published, a sale has no ledger to look at. */
  appliesTo(sale: Sale): boolean;
  /** What to do when the look itself fails or takes too long. */
  advice: string;
  look(subject: Subject, parts: ReadinessParts): Finding | Promise<Finding>;
}

/** Where a check applies: to sales that buyers can see, and to any. */
export const isPublished = ({ status }: Pick<Sale, "status">): boolean => status === "published";
export const always = (): boolean => true;

/** Nothing to do. */
export function good(detail: string, advice: string | null = null): Finding {
  return { ok: true, detail, advice };
}

/** Something to do before buyers come. */
export function bad(detail: string, advice: string): Finding {
  return { ok: false, detail, advice };
}

/** Names at most some things and says how many there are besides. */
export function some(things: string[], most = 5): string {
  const rest = things.length - most;
  return things.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** "1 item", "2 items". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
