import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { OrderQueue } from "../queue/order_queue.ts";

/** What operators' requests work with. */
export interface AdminParts {
  catalog: Catalog;
  book: Pick<
    OrderBook,
    | "readItems"
    | "listOrders"
    | "requestStockChange"
    | "finishStockEvents"
    | "totals"
    | "pendingStockEvents"
    | "findOrders"
    | "listTickets"
  >;
  ledger: Pick<
    StockLedger,
    "isUp" | "readStock" | "adjust" | "setTerms" | "findReservations" | "listReservations"
  >;
  queue: Pick<OrderQueue, "isUp" | "depth">;
  registry: SaleRegistry;
  clock: Clock;
  /** Waits so many ms; injected, so that tests need no time. */
  delay(ms: number): Promise<void>;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
}
