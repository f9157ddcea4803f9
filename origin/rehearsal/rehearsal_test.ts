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
import { rehearsalContract } from "./testing/rehearsal_contract.ts";
import type { RehearsalSystem } from "./testing/rehearsal_shop.ts";

const NO_GATEWAY = { gateway: "none", webhookKeys: [], providerUrl: null, providerKey: null };

async function openEmbedded(): Promise<RehearsalSystem> {
  const database = await openSqlite(":memory:", systemClock);
  const queue = new SqliteQueue(database);
  return {
    parts: {
      ledger: new SqliteLedger(database, systemClock, { onQueued: () => queue.wake() }),
      queue,
      book: new SqlOrderBook(database, systemClock),
      unpaid: new SqlUnpaidBook(database, systemClock),
      reminders: new SqliteReminders(database, systemClock),
      payments: new SqlPaymentBook(database, systemClock),
      gateway: openGateway(NO_GATEWAY),
      webhook: new SqlWebhookBook(database, systemClock),
      shopWebhook: null,
      tallies: new SqlOrderTallies(database),
      clock: systemClock,
      log: logOf("test"),
    },
    relay: null,
    // All of it stands in the tables.
    ledgerKeys: () => Promise.resolve([]),
    async tables() {
      const rows = await database.query<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
      );
      return rows.map(({ name }) => name);
    },
    close: () => database.close(),
  };
}

rehearsalContract("Embedded rehearsal", openEmbedded, { deaths: 50 });
