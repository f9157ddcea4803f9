import type { ProcessReport } from "../../process_report.ts";
import type { Catalog } from "../../../origin/catalog/catalog.ts";
import type { MediaBook } from "../../../origin/media/media_book.ts";
import type { CleanUpBook } from "../../../origin/clean_up/clean_up_book.ts";
import type { CustomerBook } from "../../../origin/customers/customer_book.ts";
import type { OrderFeed } from "../../../origin/feed/order_feed.ts";
import type {
  ReserveBatch,
  ReserveOutcome,
  StockLedger,
} from "../../../origin/ledger/stock_ledger.ts";
import type { AuditBook } from "../../../origin/operators/audit_book.ts";
import type { OperatorBook } from "../../../origin/operators/operator_book.ts";
import type { MessageBook } from "../../../origin/orders/message_book.ts";
import type { OrderBook } from "../../../origin/orders/order_book.ts";
import type { UnpaidBook } from "../../../origin/orders/unpaid_book.ts";
import type { PaymentSettings } from "../../../origin/payments/gateways.ts";
import type { PaymentBook } from "../../../origin/payments/payment_book.ts";
import type { ProofBook } from "../../../origin/proof/proof_book.ts";
import type { OrderQueue } from "../../../origin/queue/order_queue.ts";
import type { WebhookBook } from "../../../origin/webhook/webhook_book.ts";
import type { ShopWebhook } from "../../../origin/webhook/webhook_settings.ts";
import type { StoreProbes } from "../../../origin/readiness/store_probes.ts";
import type { RehearsalBook } from "../../../origin/rehearsal/rehearsal_book.ts";
import type { LogForm, LogLevel } from "../../log.ts";
import type { MetricFamily } from "../../metrics/metric_family.ts";

/**
 * The ledger as the store thread offers it. A budget would begin to run only when the call is read,
 * so the thread is told the moment at which the caller gives up instead.
 */
export type ThreadLedger =
  & Pick<
    StockLedger,
    | "settle"
    | "close"
    | "release"
    | "adjust"
    | "setTerms"
    | "readStock"
    | "findReservations"
    | "listReservations"
    | "listOutbox"
    | "removeItems"
  >
  & { reserveBefore(batches: ReserveBatch[], deadlineMs: number): Promise<ReserveOutcome[]> };

/** What the store thread answers, by port. All arguments and results are plain data. */
export interface StorePorts {
  /** What the worker in the thread tells of itself, and its figures, all of them finite. */
  worker: { report(): Promise<ProcessReport>; metrics(): Promise<MetricFamily[]> };
  ledger: ThreadLedger;
  queue: Pick<OrderQueue, "depth" | "closeOlderRoutes" | "sendBarrier">;
  book: Omit<OrderBook, "withCoordinatorLock">;
  unpaid: UnpaidBook;
  customers: CustomerBook;
  feed: OrderFeed;
  webhook: WebhookBook;
  mediaBook: MediaBook;
  payments: PaymentBook;
  messages: MessageBook;
  audit: AuditBook;
  proofs: ProofBook;
  cleanUpBook: CleanUpBook;
  operatorBook: OperatorBook;
  catalog: Catalog;
  rehearsalBook: RehearsalBook;
  probes: StoreProbes;
  control: {
    /** Opens the file and starts the worker. More rows than `maxQueueRows` are never queued. */
    open(
      databaseFile: string,
      logForm: LogForm,
      maxQueueRows: number,
      payment: PaymentSettings,
      logLevel: LogLevel,
      shopWebhook: ShopWebhook | null,
    ): Promise<void>;
    /** Stops the worker, within the time, and closes the file. */
    close(timeoutMs: number): Promise<void>;
  };
}
