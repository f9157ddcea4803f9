import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Backlog } from "../buy/backlog.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { CatalogRegistry, SaleRegistry } from "../buy/sale_registry.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { CleanUpDesk } from "../clean_up/clean_up_desk.ts";
import type { CustomerBook } from "../customers/customer_book.ts";
import type { OrderFeed } from "../feed/order_feed.ts";
import type { ListsInForce } from "../customers/lists_in_force.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { LiveDesk } from "../live/live_desk.ts";
import type { ReportStore } from "../live/report_store.ts";
import type { MediaDesk } from "../media/media_desk.ts";
import type { AuditBook } from "../operators/audit_book.ts";
import type { Operators } from "../operators/operators.ts";
import type { OperatorSessions } from "../operators/principal.ts";
import type { MessageBook } from "../orders/message_book.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { OrderStatusDesk } from "../orders/order_status.ts";
import type { CancelDesk } from "../payments/cancel_desk.ts";
import type { PaymentBook } from "../payments/payment_book.ts";
import type { PaymentGateway } from "../payments/payment_gateway.ts";
import type { ProofBook } from "../proof/proof_book.ts";
import type { ProofMaker } from "../proof/proof_maker.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import type { WebhookBook } from "../webhook/webhook_book.ts";
import type { ReadinessDesk } from "../readiness/readiness_desk.ts";
import type { RehearsalBook } from "../rehearsal/rehearsal_book.ts";
import type { Rehearsals } from "../rehearsal/rehearsals.ts";

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
    | "listReservations"
    | "writeOrders"
    | "writeOrdersSingly"
    | "parkMessage"
    | "exportOrders"
    | "traceTicket"
  >;
  messages: MessageBook;
  audit: AuditBook;
  operators: Operators;
  operatorSessions: OperatorSessions;
  /** Where a ticket stands, also one without a row. */
  orders: Pick<OrderStatusDesk, "find">;
  cancels: Pick<CancelDesk, "cancel">;
  customers: CustomerBook;
  feed: OrderFeed;
  webhook: WebhookBook;
  media: Pick<MediaDesk, "take">;
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
    | "removeItems"
  >;
  queue: Pick<OrderQueue, "isUp" | "depth" | "closeOlderRoutes">;
  proofs: ProofBook;
  proofMaker: Pick<ProofMaker, "begin" | "made" | "publicKey">;
  cleanUps: Pick<CleanUpDesk, "look" | "begin" | "idle">;
  registry: SaleRegistry & Pick<CatalogRegistry, "openItems">;
  /** Takes a replayed ticket as it takes every buy. */
  desk: BuyDesk;
  backlog: Pick<Backlog, "isOver" | "limit">;
  /** What all processes report about themselves. */
  reports: ReportStore;
  live: Pick<LiveDesk, "watch" | "now" | "watcherCount">;
  readiness: Pick<ReadinessDesk, "findSale" | "check" | "awaitEdges" | "automatic">;
  rehearsals: Pick<Rehearsals, "start">;
  rehearsalBook: Pick<RehearsalBook, "get" | "list">;
  clock: Clock;
  /** Waits so many ms; injected, so that tests need no time. */
  delay(ms: number): Promise<void>;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
}
