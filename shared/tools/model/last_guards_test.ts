import { assertEquals } from "@std/assert";
import type { Database, Sql } from "../../../origin/database/database.ts";
import { openSqlite } from "../../../origin/database/open_database.ts";
import { SqlUnpaidBook } from "../../../origin/orders/sql_unpaid_book.ts";
import {
  batchOf,
  BookShop,
  TEST_NOW,
  ticketsIn,
} from "../../../origin/orders/testing/book_shop.ts";
import { SqlPaymentBook } from "../../../origin/payments/sql_payment_book.ts";
import { promise } from "./broken_promise.ts";

/**
 * A database in which somebody changes rows behind everybody's back: right after orders were looked
 * at, in the same transaction, `change` happens. No process of Dropgate does that, since all of them
 * lock what they look at; so the guards that would notice it can only be shown this way.
 */
function withMeddler(database: Database, change: string): Database {
  const meddled = (tx: Sql): Sql => ({
    forUpdate: tx.forUpdate,
    async query(text, params) {
      const rows = await tx.query(text, params);
      if (/FROM orders\b/.test(text)) await tx.execute(change);
      return rows as never;
    },
    execute: (text, params) => tx.execute(text, params),
    insertMany: (table, columns, rows) => tx.insertMany(table, columns, rows),
  });
  return new Proxy(database, {
    get(target, name) {
      if (name !== "transaction") return Reflect.get(target, name).bind(target);
      return (work: (tx: Sql) => Promise<unknown>) => target.transaction((tx) => work(meddled(tx)));
    },
  });
}

/** A shop with one unpaid order, and what became of its row. */
async function withOrder(
  work: (shop: BookShop, ticket: string, status: () => Promise<string>) => Promise<void>,
): Promise<void> {
  await BookShop.with((clock) => openSqlite(":memory:", clock), async (shop) => {
    const item = await shop.item(5);
    const message = batchOf(item, ["ann"]);
    await shop.write(message);
    const [ticket = ""] = ticketsIn(message);
    await work(shop, ticket, async () => {
      const [order] = await shop.book.findOrders([ticket]);
      return order?.status ?? "gone";
    });
  });
}

Deno.test("cancelOrders() ends no order that was paid behind its back", async () => {
  await withOrder(async ({ database, book }, ticket, status) => {
    const meddled = withMeddler(database, "UPDATE orders SET status = 'paid'");
    const unpaid = new SqlUnpaidBook(meddled, () => TEST_NOW);
    const outcome = await unpaid.cancelOrders([ticket], "by_buyer").catch(() => ["failed"]);
    promise("I6", outcome[0] !== "cancelled", () => `${ticket} was paid, and cancelled after that`);
    // Whatever was changed in that transaction is undone with it.
    assertEquals(await status(), "unpaid");
    assertEquals(await book.pendingStockEvents(10), []);
  });
});

Deno.test("takePayment() pays for no order that was cancelled behind its back", async () => {
  await withOrder(async ({ database }, ticket, status) => {
    const meddled = withMeddler(
      database,
      "UPDATE orders SET status = 'cancelled', live = NULL",
    );
    const payments = new SqlPaymentBook(meddled, () => TEST_NOW);
    const notice = { eventId: "e", paymentId: "p", ticket, amount: 19_900, currency: "EUR" };
    const outcome = await payments.takePayment(notice).catch(() => "failed");
    promise("I6", outcome !== "applied", () => `${ticket} was cancelled, and paid after that`);
    assertEquals(await status(), "unpaid");
  });
});
