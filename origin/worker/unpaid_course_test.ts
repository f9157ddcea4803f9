import { systemClock } from "../../shared/clock.ts";
import { logOf } from "../../shared/log.ts";
import { openSqlite } from "../database/open_database.ts";
import { SqliteLedger } from "../ledger/sqlite_ledger.ts";
import { SqlOrderTallies } from "../orders/fold_tallies.ts";
import { SqlOrderBook } from "../orders/sql_order_book.ts";
import { SqlUnpaidBook } from "../orders/sql_unpaid_book.ts";
import { openGateway } from "../payments/gateways.ts";
import { SqlPaymentBook } from "../payments/sql_payment_book.ts";
import { SqliteQueue } from "../queue/sqlite_queue.ts";
import { SqliteReminders } from "../queue/sqlite_reminders.ts";
import { SqlWebhookBook } from "../webhook/sql_webhook_book.ts";
import { unpaidCourseContract } from "./unpaid_course_contract.ts";

unpaidCourseContract("Embedded", async () => {
  const database = await openSqlite(":memory:", systemClock);
  const queue = new SqliteQueue(database);
  return {
    processes: [{
      ledger: new SqliteLedger(database, systemClock, { onQueued: () => queue.wake() }),
      queue,
      book: new SqlOrderBook(database, systemClock),
      unpaid: new SqlUnpaidBook(database, systemClock),
      reminders: new SqliteReminders(database, systemClock),
      payments: new SqlPaymentBook(database, systemClock),
      webhook: new SqlWebhookBook(database, systemClock),
      shopWebhook: null,
      tallies: new SqlOrderTallies(database),
      gateway: openGateway({
        gateway: "none",
        webhookKeys: [],
        providerUrl: null,
        providerKey: null,
      }),
      clock: systemClock,
      log: logOf("test"),
    }],
    close: () => database.close(),
  };
});
