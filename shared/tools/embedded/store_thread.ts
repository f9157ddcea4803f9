/**
 * The store thread of the embedded profile: it owns the SQLite file and runs the three SQLite
 * adapters and the worker, so that order writing never takes time from the HTTP thread.
 */
import { SqlCatalog } from "../../../origin/catalog/sql_catalog.ts";
import { SqlCustomerBook } from "../../../origin/customers/sql_customer_book.ts";
import { openSqlite } from "../../../origin/database/open_database.ts";
import type { SqliteDatabase } from "../../../origin/database/sqlite_database.ts";
import { SqliteLedger } from "../../../origin/ledger/sqlite_ledger.ts";
import { SqlMessageBook } from "../../../origin/orders/sql_message_book.ts";
import { SqlOrderBook } from "../../../origin/orders/sql_order_book.ts";
import { SqlUnpaidBook } from "../../../origin/orders/sql_unpaid_book.ts";
import { openGateway } from "../../../origin/payments/gateways.ts";
import { SqlPaymentBook } from "../../../origin/payments/sql_payment_book.ts";
import { SqliteQueue } from "../../../origin/queue/sqlite_queue.ts";
import { SqliteReminders } from "../../../origin/queue/sqlite_reminders.ts";
import { startWorker, type Worker as OrderWorker } from "../../../origin/worker/worker.ts";
import { systemClock } from "../../clock.ts";
import { logOf, startLogging } from "../../log.ts";
import { BuysFirst, systemSleep } from "./buys_first.ts";
import { type MessageEnd, servePorts } from "./port_rpc.ts";
import type { StorePorts } from "./store_contract.ts";

const thread = self as unknown as MessageEnd;
const log = logOf("store");
let database: SqliteDatabase | null = null;
let worker: OrderWorker | null = null;

const control: StorePorts["control"] = {
  async open(databaseFile, logForm, maxQueueRows, payment) {
    await startLogging("info", logForm);
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
    worker = await startWorker({
      ledger,
      queue,
      book,
      unpaid,
      reminders: new SqliteReminders(db, systemClock),
      payments,
      gateway: openGateway(payment),
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
    const reserveBefore: StorePorts["ledger"]["reserveBefore"] = (batches, deadlineMs) => {
      buysFirst.note();
      return ledger.reserve(batches, deadlineMs - systemClock());
    };
    Object.assign(ports, {
      queue,
      book,
      unpaid,
      payments,
      customers: new SqlCustomerBook(db, systemClock),
      messages: new SqlMessageBook(db, systemClock),
      catalog,
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
