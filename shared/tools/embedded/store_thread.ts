/**
 * The store thread of the embedded profile: it owns the SQLite file and runs the three SQLite
 * adapters and the worker, so that order writing never takes time from the HTTP thread.
 */
import { SqlCatalog } from "../../../origin/catalog/sql_catalog.ts";
import { SqlMediaBook } from "../../../origin/media/sql_media_book.ts";
import { SqlCleanUpBook } from "../../../origin/clean_up/sql_clean_up_book.ts";
import { SqlCustomerBook } from "../../../origin/customers/sql_customer_book.ts";
import { SqlOrderFeed } from "../../../origin/feed/sql_order_feed.ts";
import { openSqlite } from "../../../origin/database/open_database.ts";
import type { SqliteDatabase } from "../../../origin/database/sqlite_database.ts";
import { SqliteLedger } from "../../../origin/ledger/sqlite_ledger.ts";
import { SqlAuditBook } from "../../../origin/operators/sql_audit_book.ts";
import { SqlOperatorBook } from "../../../origin/operators/sql_operator_book.ts";
import { SqlOrderTallies } from "../../../origin/orders/fold_tallies.ts";
import { SqlMessageBook } from "../../../origin/orders/sql_message_book.ts";
import { SqlOrderBook } from "../../../origin/orders/sql_order_book.ts";
import { SqlUnpaidBook } from "../../../origin/orders/sql_unpaid_book.ts";
import { openGateway } from "../../../origin/payments/gateways.ts";
import { SqlPaymentBook } from "../../../origin/payments/sql_payment_book.ts";
import { SqlProofBook } from "../../../origin/proof/sql_proof_book.ts";
import { SqliteQueue } from "../../../origin/queue/sqlite_queue.ts";
import { SqliteReminders } from "../../../origin/queue/sqlite_reminders.ts";
import { WorkerMetrics } from "../../../origin/metrics/worker_metrics.ts";
import { sqliteProbes } from "../../../origin/readiness/database_probe.ts";
import { SqlRehearsalBook } from "../../../origin/rehearsal/sql_rehearsal_book.ts";
import { SqlWebhookBook } from "../../../origin/webhook/sql_webhook_book.ts";
import { startWorker, type Worker as OrderWorker } from "../../../origin/worker/worker.ts";
import { systemClock } from "../../clock.ts";
import { logOf, startLogging } from "../../log.ts";
import { LoopDrift } from "../../metrics/loop_drift.ts";
import { BuysFirst, systemSleep } from "./buys_first.ts";
import { type MessageEnd, servePorts } from "./port_rpc.ts";
import type { StorePorts } from "./store_contract.ts";

const thread = self as unknown as MessageEnd;
const log = logOf("store");
let database: SqliteDatabase | null = null;
let worker: OrderWorker | null = null;

const control: StorePorts["control"] = {
  async open(databaseFile, logForm, maxQueueRows, payment, logLevel, shopWebhook) {
    await startLogging(logLevel, logForm);
    const db = database = await openSqlite(databaseFile, systemClock);
    const buysFirst = new BuysFirst(() => performance.now(), systemSleep);
    const queue = new SqliteQueue(db, { giveWay: () => buysFirst.giveWay() });
    const ledger = new SqliteLedger(db, systemClock, {
      maxQueuedMessages: maxQueueRows,
      onQueued: () => queue.wake(),
    });
    const book = new SqlOrderBook(db, systemClock);
    const unpaid = new SqlUnpaidBook(db, systemClock);
    const payments = new SqlPaymentBook(db, systemClock);
    const catalog = new SqlCatalog(db, systemClock);
    const webhook = new SqlWebhookBook(db, systemClock);
    const metrics = new WorkerMetrics(systemClock);
    // Ends with the thread.
    const drift = new LoopDrift("store");
    worker = await startWorker({
      metrics,
      ledger,
      queue,
      book,
      unpaid,
      reminders: new SqliteReminders(db, systemClock),
      payments,
      gateway: openGateway(payment),
      webhook,
      shopWebhook,
      tallies: new SqlOrderTallies(db),
      catalog,
      clock: systemClock,
      log,
    });
    // A worker that ended by itself ends the thread, and with it the process.
    worker.failed.catch((error: unknown) => {
      log.fatal("The worker ended: {error}", { error: String(error) });
      setTimeout(() => {
        throw error;
      });
    });
    const running = worker;
    const reserveBefore: StorePorts["ledger"]["reserveBefore"] = (batches, deadlineMs) => {
      buysFirst.note();
      return ledger.reserve(batches, deadlineMs - systemClock());
    };
    Object.assign(ports, {
      queue,
      worker: {
        report: () => Promise.resolve(running.report()),
        metrics: () => Promise.resolve([...metrics.read(), ...drift.families()]),
      } satisfies StorePorts["worker"],
      book,
      unpaid,
      payments,
      customers: new SqlCustomerBook(db, systemClock),
      feed: new SqlOrderFeed(db, systemClock),
      webhook,
      mediaBook: new SqlMediaBook(db, systemClock),
      messages: new SqlMessageBook(db, systemClock),
      audit: new SqlAuditBook(db, systemClock),
      proofs: new SqlProofBook(db, systemClock),
      cleanUpBook: new SqlCleanUpBook(db, systemClock),
      operatorBook: new SqlOperatorBook(db, systemClock),
      catalog,
      rehearsalBook: new SqlRehearsalBook(db, systemClock),
      probes: sqliteProbes(db),
      ledger: Object.assign(ledger, { reserveBefore }),
    });
  },
  async close(timeoutMs) {
    await worker?.stop(timeoutMs);
    await database?.close();
  },
};

const ports: Record<string, object> = { control };
servePorts(thread, ports);
