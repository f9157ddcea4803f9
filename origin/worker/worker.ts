import type { Clock } from "../../shared/clock.ts";
import { BoundedLines } from "../../shared/bounded_lines.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import type { ProcessReport } from "../../shared/process_report.ts";
import type { Repeating } from "../../shared/repeat.ts";
import { CatalogRegistry } from "../buy/sale_registry.ts";
import type { Catalog, PublishedSale } from "../catalog/catalog.ts";
import { termsOf } from "../catalog/item_terms.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import {
  countedRefunds,
  countedUnpaid,
  measuredBook,
  measuredHandler,
  tellRecorded,
} from "../metrics/measured_recording.ts";
import { WorkerMetrics } from "../metrics/worker_metrics.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { UnpaidBook } from "../orders/unpaid_book.ts";
import { applyPayments } from "../payments/apply_payments.ts";
import type { PaymentBook } from "../payments/payment_book.ts";
import type { PaymentGateway } from "../payments/payment_gateway.ts";
import { refundPayments } from "../payments/refund_payments.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import type { ReminderQueue } from "../queue/reminder_queue.ts";
import { cancelDue, cancelUnpaid } from "./cancel_unpaid.ts";
import { recordOrders } from "./record_orders.ts";
import { recoverLedger } from "./recover_ledger.ts";
import { RecordingReport } from "./report_recording.ts";
import { restoreStock } from "./restore_stock.ts";
import { systemRetryClock } from "./retry.ts";
import { ReminderSender } from "./send_reminders.ts";
import { type ShopJobParts, startShopJobs } from "./shop_jobs.ts";

/** How often each job looks for work, ms. */
export const WORKER_INTERVALS = {
  sales: 250,
  openings: 250,
  ledgers: 1_000,
  stock: 250,
  unpaid: 1_000,
  payments: 1_000,
  refunds: 2_000,
};

/** What a worker works with. */
export interface WorkerParts extends ShopJobParts {
  ledger: StockLedger;
  queue: OrderQueue;
  book: OrderBook;
  unpaid: UnpaidBook;
  reminders: ReminderQueue;
  payments: PaymentBook;
  gateway: PaymentGateway;
  catalog: Catalog;
  /** What it counts of its own work; its own when left out. */
  metrics?: WorkerMetrics;
  clock: Clock;
  log: Log;
}

type MeasuredParts = WorkerParts & { metrics: WorkerMetrics };

/** A running worker. */
export interface Worker {
  /** Stops taking, finishes what is in hand within `timeoutMs`, and leaves. */
  stop(timeoutMs: number): Promise<void>;
  /** Rejects when the consumer ended by itself: the process should be replaced. */
  readonly failed: Promise<never>;
  /** What it tells of itself at this moment. */
  report(): ProcessReport;
}

/**
 * Starts every job of a worker: recording orders, opening items, watching their ledgers, ending
 * unpaid orders, telling ledgers of new terms and of returned stock. Any number of workers may run.
 */
export async function startWorker(given: WorkerParts): Promise<Worker> {
  const { queue, log, metrics = new WorkerMetrics(given.clock) } = given;
  const parts: MeasuredParts = { ...given, metrics };
  const lines = new BoundedLines(log, parts.clock);
  const stopping = new AbortController();
  const { signal } = stopping;
  const reminding = new ReminderSender(parts.reminders, log);
  const recording = new RecordingReport(crypto.randomUUID(), parts.clock);
  const registry = new CatalogRegistry(parts.catalog, parts.clock);
  let restoring: Repeating | null = null;
  const unpaid = countedUnpaid(parts.unpaid, metrics);
  const cancelling = { unpaid, log, signal, onCancelled: () => restoring?.wake() };
  const [consumer, reminded] = await Promise.all([
    queue.consume(
      recording.watching(measuredHandler(
        recordOrders({
          book: measuredBook(parts.book, metrics),
          log,
          signal,
          onWritten: (message) => reminding.send(message),
          onRecorded: (messageId, recorded) => {
            recording.recorded(messageId, recorded);
            tellRecorded(messageId, recorded, metrics, lines);
          },
          onRetry: (fault) => metrics.retries.add(fault),
        }),
        metrics,
      )),
    ),
    parts.reminders.consumeReminders(async (tickets) => {
      await cancelDue(cancelling, tickets);
    }),
  ]);
  restoring = startRestoring(parts);
  const jobs = [
    ...startJobs(parts, registry, signal),
    restoring,
    ...startShopJobs(parts, signal, (...job) => metrics.jobs.repeat(...job)),
    metrics.jobs.repeat("cancelling unpaid orders", WORKER_INTERVALS.unpaid, log, async () => {
      await cancelUnpaid(cancelling);
    }),
  ];
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  consumer.failed.catch((error: unknown) => {
    // A delivery that a stop broke off is handed to the next worker: that is no failure.
    if (!stopping.signal.aborted) failed.reject(error);
  });
  const report = () => {
    const { version, loadedAt, sales } = registry.current();
    const nowMs = parts.clock();
    const isOn = ({ status, startsAt, endsAt }: PublishedSale) =>
      status === "published" && startsAt <= nowMs && nowMs < endsAt;
    const on = new Set(sales.filter(isOn).map(({ saleId }) => saleId));
    const up = parts.ledger.isUp() && queue.isUp();
    const ready = loadedAt > 0 && up && !signal.aborted;
    return recording.report(ready, version, (saleId) => on.has(saleId));
  };
  return {
    failed: failed.promise,
    report,
    async stop(timeoutMs) {
      stopping.abort(new Error("the worker is stopping"));
      await Promise.all([
        consumer.stop(timeoutMs).then(() => reminding.idle(timeoutMs)),
        reminded.stop(timeoutMs),
        ...jobs.map((job) => job.stop()),
      ]);
    },
  };
}

function startJobs(
  parts: MeasuredParts,
  registry: CatalogRegistry,
  signal: AbortSignal,
): Repeating[] {
  const { ledger, book, log, metrics } = parts;
  const repeat = metrics.jobs.repeat.bind(metrics.jobs);
  let termsInForce = -1;

  const followSales = async () => {
    await registry.refresh();
    const { version } = registry.current();
    if (version === termsInForce || !ledger.isUp()) return;
    await pushTerms(registry, ledger);
    termsInForce = version;
  };
  const watchLedgers = async () => {
    if (!ledger.isUp()) return;
    const items = registry.openItems();
    const stock = await ledger.readStock(items);
    const lost = items.filter((_, at) => stock[at] === null);
    if (lost.length === 0) return;
    log.error("The ledgers of {items} are not of their epoch: closing them for recovery", {
      items: lost.map(({ item, epoch }) => `${item}@${epoch}`).join(" "),
      alarm: true,
    });
    await book.closeItems(lost);
  };

  return [
    repeat("following the sales", WORKER_INTERVALS.sales, log, followSales),
    repeat("watching the ledgers", WORKER_INTERVALS.ledgers, log, watchLedgers),
    repeat("opening items", WORKER_INTERVALS.openings, log, () => openItems(parts, signal)),
    repeat("applying payments", WORKER_INTERVALS.payments, log, async () => {
      await applyPayments(parts);
    }),
    repeat("giving money back", WORKER_INTERVALS.refunds, log, async () => {
      await refundPayments({ ...parts, payments: countedRefunds(parts.payments, metrics) });
    }),
  ];
}

function startRestoring(parts: MeasuredParts): Repeating {
  const { metrics, log } = parts;
  const alarmed = new Set<string>();
  return metrics.jobs.repeat("restoring stock", WORKER_INTERVALS.stock, log, async () => {
    metrics.stockEvents += await restoreStock({ ...parts, alarmed });
  });
}

async function pushTerms(registry: CatalogRegistry, ledger: StockLedger): Promise<void> {
  const { version } = registry.current();
  const changes = registry.openItems().flatMap((open) => {
    const known = registry.find(open.item);
    return known ? [{ ...open, terms: termsOf(known.sale, known.item, version) }] : [];
  });
  if (changes.length > 0) await ledger.setTerms(changes);
}

/** Openings under way at once: most of an opening is waiting for routes to settle. */
const PARALLEL_OPENINGS = 4;

/** Opens every item that is published and closed; one that cannot be opened keeps no other back. */
async function openItems(parts: MeasuredParts, signal: AbortSignal): Promise<void> {
  if (!parts.ledger.isUp() || !parts.queue.isUp()) return;
  const items = await parts.book.itemsToOpen();
  let failed = 0;
  const openNext = async (): Promise<void> => {
    const next = items.shift();
    if (!next || signal.aborted) return;
    await openItem(next.item, parts, signal).catch((error: unknown) => {
      // Given up by a stop: the next worker begins it again.
      if (signal.aborted) return;
      failed += 1;
      parts.metrics.openings.add("failed");
      parts.log.warning("Cannot open {item}: {error}", { item: next.item, error: String(error) });
    });
    await openNext();
  };
  await Promise.all(Array.from({ length: PARALLEL_OPENINGS }, openNext));
  if (failed > 0) throw new Error(`${failed} items could not be opened`);
}

async function openItem(item: ItemKey, parts: MeasuredParts, signal: AbortSignal): Promise<void> {
  await parts.book.withCoordinatorLock(item, async () => {
    // Another coordinator may have opened it between the list and the lock.
    const [state] = await parts.book.readItems([item]);
    if (!state || state.openEpoch > 0) return;
    // A worker that stops meets no barrier any more, so it must not wait for one.
    await recoverLedger(item, { ...parts, sleep: (ms) => systemRetryClock.sleep(ms, signal) });
    parts.metrics.openings.add("opened");
  });
}
