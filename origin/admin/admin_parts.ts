import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Backlog } from "../buy/backlog.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { CatalogRegistry, SaleRegistry } from "../buy/sale_registry.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { CustomerBook } from "../customers/customer_book.ts";
import type { ListsInForce } from "../customers/lists_in_force.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { MessageBook } from "../orders/message_book.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { PaymentBook } from "../payments/payment_book.ts";
import type { PaymentGateway } from "../payments/payment_gateway.ts";
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
    | "writeOrders"
    | "writeOrdersSingly"
    | "parkMessage"
  >;
  messages: MessageBook;
  customers: CustomerBook;
  lists: Pick<ListsInForce, "refresh">;
  payments: PaymentBook;
  gateway: Pick<PaymentGateway, "givesBack">;
  ledger: Pick<
    StockLedger,
    | "isUp"
    | "readStock"
    | "adjust"
    | "setTerms"
    | "findReservations"
    | "listReservations"
    | "listOutbox"
  >;
  queue: Pick<OrderQueue, "isUp" | "depth">;
  registry: SaleRegistry & Pick<CatalogRegistry, "openItems">;
  /** Takes a replayed ticket as it takes every buy. */
  desk: BuyDesk;
  backlog: Pick<Backlog, "isOver" | "limit">;
  clock: Clock;
  /** Waits so many ms; injected, so that tests need no time. */
  delay(ms: number): Promise<void>;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
}
