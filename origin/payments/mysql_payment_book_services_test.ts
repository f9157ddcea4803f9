import { assertEquals } from "@std/assert";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { lockKnownItem } from "../orders/lock_item.ts";
import { SqlUnpaidBook } from "../orders/sql_unpaid_book.ts";
import { batchOf, ticketsIn } from "../orders/testing/book_shop.ts";
import { paymentBookContract } from "./testing/payment_book_contract.ts";
import { noticeOf, PaymentShop } from "./testing/payment_shop.ts";

const scratch = scratchForThisFile();
const open = (clock: () => number) => openMysql(scratch.url(), clock);

paymentBookContract("MySQL", open);

Deno.test("MySQL: two processes that hear of two payments at once apply exactly one", () =>
  PaymentShop.with(open, async (shop) => {
    const other = await open(() => shop.shop.now);
    try {
      for (let round = 0; round < 10; round += 1) {
        const { ticket } = await shop.ordered();
        const outcomes = await Promise.all([
          shop.payments.takePayment(noticeOf(ticket, "a")),
          shop.bookOn(other).takePayment(noticeOf(ticket, "b")),
          shop.bookOn(other).takePayment(noticeOf(ticket, "a")),
        ]);
        assertEquals(outcomes.toSorted(), ["applied", "known", "refund_due"]);
        assertEquals((await shop.states(ticket)).toSorted(), ["applied", "refund_due"]);
      }
    } finally {
      await other.close();
    }
  }));

Deno.test("MySQL: a payment of an order that is still to be written waits for nobody", () =>
  PaymentShop.with(open, async (shop) => {
    const other = await open(() => shop.shop.now);
    try {
      const item = await shop.shop.item(10);
      const message = batchOf(item, ["ann"]);
      const [ticket] = ticketsIn(message) as [string];
      await other.transaction(async (tx) => {
        await lockKnownItem(tx, item);
        assertEquals(await shop.payments.takePayment(noticeOf(ticket)), "stored");
      });
      await shop.shop.write(message);
      assertEquals(await shop.payments.applyStored(10), 1);
      await shop.expect(ticket, "paid", ["applied"]);
    } finally {
      await other.close();
    }
  }));

Deno.test("MySQL: a payment and a cancel at once end as one of the two, never as both", () =>
  PaymentShop.with(open, async (shop) => {
    const other = await open(() => shop.shop.now);
    const unpaid = new SqlUnpaidBook(other, () => shop.shop.now);
    const ends = new Set<string>();
    try {
      for (let round = 0; round < 20; round += 1) {
        const { item, ticket } = await shop.ordered();
        const cancelling = () => unpaid.cancelOrders([ticket], "by_buyer");
        const paying = () => shop.payments.takePayment(noticeOf(ticket));
        const [first, second] = round % 2 ? [paying, cancelling] : [cancelling, paying];
        await Promise.all([first(), second()]);
        const status = (await shop.order(ticket))![0];
        const states = await shop.states(ticket);
        const { sold } = await shop.shop.state(item);
        const events = await shop.shop.eventsOf(item);
        ends.add(status);
        assertEquals(
          [status, states, sold, events.length],
          status === "paid" ? ["paid", ["applied"], 1, 0] : ["refund_due", ["refund_due"], 0, 1],
        );
      }
    } finally {
      await other.close();
    }
    console.log(`ends seen: ${[...ends].join(", ")}`);
  }));
