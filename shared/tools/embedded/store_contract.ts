import type { Catalog } from "../../../origin/catalog/catalog.ts";
import type { CustomerBook } from "../../../origin/customers/customer_book.ts";
import type {
  ReserveBatch,
  ReserveOutcome,
  StockLedger,
} from "../../../origin/ledger/stock_ledger.ts";
import type { MessageBook } from "../../../origin/orders/message_book.ts";
import type { OrderBook } from "../../../origin/orders/order_book.ts";
import type { UnpaidBook } from "../../../origin/orders/unpaid_book.ts";
import type { PaymentSettings } from "../../../origin/payments/gateways.ts";
import type { PaymentBook } from "../../../origin/payments/payment_book.ts";
import type { OrderQueue } from "../../../origin/queue/order_queue.ts";
import type { LogForm } from "../../log.ts";

/**
 * The ledger as the store thread offers it. A budget would begin to run only when the call is read,
 * so the thread is told the moment at which the caller gives up instead.
 */
export type ThreadLedger =
  & Pick<
    StockLedger,
    | "settle"
    | "release"
    | "adjust"
    | "setTerms"
    | "readStock"
    | "findReservations"
    | "listReservations"
    | "listOutbox"
  >
  & { reserveBefore(batches: ReserveBatch[], deadlineMs: number): Promise<ReserveOutcome[]> };

/** What the store thread answers, by port. All arguments and results are plain data. */
export interface StorePorts {
  ledger: ThreadLedger;
  queue: Pick<OrderQueue, "depth">;
  book: Omit<OrderBook, "withCoordinatorLock">;
  unpaid: UnpaidBook;
  customers: CustomerBook;
  payments: PaymentBook;
  messages: MessageBook;
  catalog: Catalog;
  control: {
    /** Opens the file and starts the worker. More rows than `maxQueueRows` are never queued. */
    open(
      databaseFile: string,
      logForm: LogForm,
      maxQueueRows: number,
      payment: PaymentSettings,
    ): Promise<void>;
    /** Stops the worker, within the time, and closes the file. */
    close(timeoutMs: number): Promise<void>;
  };
}
