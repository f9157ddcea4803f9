import type { Catalog } from "../../../origin/catalog/catalog.ts";
import type {
  ReserveBatch,
  ReserveOutcome,
  StockLedger,
} from "../../../origin/ledger/stock_ledger.ts";
import type { OrderBook } from "../../../origin/orders/order_book.ts";
import type { OrderQueue } from "../../../origin/queue/order_queue.ts";
import type { LogForm } from "../../log.ts";

/**
 * The ledger as the store thread offers it. A budget would begin to run only when the call is read,
 * so the thread is told the moment at which the caller gives up instead.
 */
export type ThreadLedger =
  & Pick<
    StockLedger,
    "settle" | "adjust" | "setTerms" | "readStock" | "findReservations" | "listReservations"
  >
  & { reserveBefore(batches: ReserveBatch[], deadlineMs: number): Promise<ReserveOutcome[]> };

/** What the store thread answers, by port. All arguments and results are plain data. */
export interface StorePorts {
  ledger: ThreadLedger;
  queue: Pick<OrderQueue, "depth">;
  book: Omit<OrderBook, "withCoordinatorLock">;
  catalog: Catalog;
  control: {
    /** Opens the file and starts the worker. */
    open(databaseFile: string, logForm: LogForm): Promise<void>;
    /** Stops the worker, within the time, and closes the file. */
    close(timeoutMs: number): Promise<void>;
  };
}
