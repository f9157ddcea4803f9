import { assert, assertEquals } from "@std/assert";
import { type ItemKey, parseItemKey } from "../../../shared/item.ts";
import { encodeOrderMessage } from "../../../shared/order_message.ts";
import {
  batchOf,
  type OpenDatabase,
  TEST_NOW,
  ticketsIn,
  users,
} from "../../orders/testing/book_shop.ts";
import { SqlOrderTallies } from "../../orders/fold_tallies.ts";
import { recountAll } from "../../orders/testing/many_orders.ts";
import { noticeOf, PaymentShop } from "../../payments/testing/payment_shop.ts";
import { viewEvent } from "../event_view.ts";
import { formatPlace } from "../order_feed.ts";
import { FeedReader } from "./feed_reader.ts";

/** What is told of every change of an order. The tests may share a database. */
export function feedContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: PaymentShop, feed: FeedReader) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () =>
      PaymentShop.with(open, async (shop) => {
        const { database } = shop.shop;
        await work(shop, await FeedReader.fromNow(database, () => shop.shop.now));
        assertEquals(await recountAll(database), 0, "the numbers behind the lists are right");
      }));

  test("a batch is told as created orders, in the order of its message", async (shop, feed) => {
    const item = await shop.shop.item(1_000);
    const message = batchOf(item, users(300), { quantity: 2 });
    await shop.shop.write(message);
    await shop.shop.write(batchOf(item, ["late-1", "late-2"], { n: 500 }));
    const events = await feed.rest();
    assertEquals(events.map(({ order }) => order.ticket), [
      ...ticketsIn(message),
      ...ticketsIn(batchOf(item, ["late-1", "late-2"], { n: 500 })),
    ]);
    assertEquals(new Set(events.map(({ kind }) => kind)), new Set(["created"]));
    const view = viewEvent(events[0]!);
    assertEquals(view, {
      eventId: formatPlace(events[0]!.place),
      type: "order.created",
      at: new Date(TEST_NOW).toISOString(),
      order: {
        ticket: ticketsIn(message)[0]!,
        ...parseItemKey(item),
        userId: "user-0",
        quantity: 2,
        amount: 39_800,
        currency: "EUR",
        status: "unpaid",
        payBy: new Date(TEST_NOW + 900_000).toISOString(),
      },
    });
  });

  test("a message that comes again, or misses a guard, tells nothing twice", async (shop, feed) => {
    const item = await shop.shop.item(2);
    const message = batchOf(item, ["ann"]);
    await shop.shop.write(message);
    await shop.shop.book.writeOrders(message, encodeOrderMessage(message));
    const beyond = batchOf(item, users(3), { n: 10 });
    const content = encodeOrderMessage(beyond);
    assertEquals((await shop.shop.book.writeOrders(beyond, content)).kind, "guard");
    await shop.shop.book.writeOrdersSingly(beyond, content);
    assertEquals(await feed.told(), [
      ["ann", "created"],
      ["user-0", "created"],
    ]);
  });

  test("a late message and other refusals tell nothing", async (shop, feed) => {
    const item = await shop.shop.item(10);
    await shop.shop.reopen(item);
    await shop.shop.write(batchOf(item, ["ann", "bob"]));
    assertEquals(await feed.told(), []);
    assertEquals((await shop.shop.book.listOrders({ saleId: saleOf(item) }, 1, 1)).total, 2);
  });

  test("cancelled orders are told with their reason, all of them", async (shop, feed) => {
    const item = await shop.shop.item(1_000);
    const message = batchOf(item, users(300));
    await shop.shop.write(message);
    const tickets = ticketsIn(message);
    await shop.shop.cancel(tickets[7]!);
    shop.shop.now = TEST_NOW + 900_000;
    await shop.shop.unpaid.cancelOrders(tickets, "expired");
    const ended = (await feed.rest()).slice(300);
    assertEquals(ended.map(({ order }) => order.ticket).toSorted(), tickets.toSorted());
    assertEquals(ended.map((event) => viewEvent(event).order.reason).slice(0, 2), [
      "by_buyer",
      "expired",
    ]);
    assert(ended.every((event) => viewEvent(event).order.status === "cancelled"));
  });

  test("payments and refunds are told as the order meets them", async (shop, feed) => {
    const paid = await shop.ordered("ann");
    await shop.payments.takePayment(noticeOf(paid.ticket));
    await shop.payments.takePayment(noticeOf(paid.ticket));
    // A second payment changes the money, not the order.
    await shop.payments.takePayment(noticeOf(paid.ticket, "b"));
    const late = await shop.ordered("bob");
    await shop.shop.cancel(late.ticket);
    await shop.payments.takePayment(noticeOf(late.ticket));
    const back = noticeOf(late.ticket).paymentId;
    await shop.payments.finishRefund(back, { kind: "failed", error: "away" });
    await shop.payments.finishRefund(back, { kind: "refunded" });
    await shop.payments.takePayment(noticeOf(late.ticket, "b"));
    assertEquals(await feed.told(), [
      ["ann", "created"],
      ["ann", "paid"],
      ["bob", "created"],
      ["bob", "cancelled"],
      ["bob", "refund_due"],
      ["bob", "refunded"],
      ["bob", "refund_due"],
    ]);
    // What an event says stays what was true then, whatever came later.
    const views = (await feed.again()).map(viewEvent);
    assertEquals(views.map(({ order }) => [order.status, order.reason ?? null]), [
      ["unpaid", null],
      ["paid", null],
      ["unpaid", null],
      ["cancelled", "by_buyer"],
      ["refund_due", "by_buyer"],
      ["refunded", "by_buyer"],
      ["refund_due", "by_buyer"],
    ]);
  });

  test("a stored payment is told when it finds its order, or its end", async (shop, feed) => {
    const item = await shop.shop.item(10);
    const message = batchOf(item, ["ann", "bob"]);
    const [ann, bob] = ticketsIn(message) as [string, string];
    await shop.payments.takePayment(noticeOf(ann));
    await shop.payments.takePayment(noticeOf(bob, "a", { amount: 1 }));
    await shop.shop.write(message);
    await shop.payments.applyStored(100);
    const lost = batchOf(item, ["eve"], { n: 50 });
    await shop.shop.reopen(item);
    await shop.payments.takePayment(noticeOf(ticketsIn(lost)[0]!));
    assertEquals(await feed.told(), [
      ["ann", "created"],
      ["bob", "created"],
      ["ann", "paid"],
      ["eve", "refund_due"],
    ]);
  });

  test("nothing is told of a rehearsal, and its orders are counted", async (shop, feed) => {
    const { item, ticket } = await shop.ordered("ann");
    await feed.rest();
    const copy = await shop.shop.item(100);
    await shop.shop.database.execute("UPDATE sale SET rehearsal_of = ? WHERE id = ?", [
      saleOf(item),
      saleOf(copy),
    ]);
    const message = batchOf(copy, users(40));
    await shop.shop.write(message);
    const [first, second, third] = ticketsIn(message) as [string, string, string];
    await shop.payments.takePayment(noticeOf(first));
    await shop.shop.cancel(second);
    await shop.payments.takePayment(noticeOf(second));
    await shop.shop.book.writeOrdersSingly(
      batchOf(copy, ["one"], { n: 90 }),
      encodeOrderMessage(batchOf(copy, ["one"], { n: 90 })),
    );
    assertEquals(await feed.told(), []);
    const counted = async (status: "unpaid" | "paid" | "refund_due") =>
      (await shop.shop.book.listOrders({ saleId: saleOf(copy), status }, 1, 1)).total;
    assertEquals([await counted("unpaid"), await counted("paid"), await counted("refund_due")], [
      39,
      1,
      1,
    ]);
    // What comes behind it is told.
    await shop.payments.takePayment(noticeOf(ticket));
    assertEquals(await feed.told(), [["ann", "paid"]]);
    assert(third !== first);
  });

  test("read() goes on anywhere, however little is asked for", async (shop, feed) => {
    const item = await shop.shop.item(1_000);
    const message = batchOf(item, users(70));
    await shop.shop.write(message);
    await shop.shop.unpaid.cancelOrders(ticketsIn(message).slice(0, 30), "by_buyer");
    await shop.payments.takePayment(noticeOf(ticketsIn(message)[31]!));
    const all = await feed.rest(1_000);
    assertEquals(all.length, 101);
    for (const limit of [1, 7, 69, 70, 71]) {
      assertEquals(await feed.again(limit), all, `${limit} at a time`);
    }
    const middle = await feed.read(all[20]!.place, 10, all[23]!.place);
    assertEquals(middle.events, all.slice(21, 24));
    assertEquals(await feed.lag(all[20]!.place), { events: 80, more: false, oldestAt: TEST_NOW });
    assertEquals(await feed.lag(all[100]!.place), { events: 0, more: false, oldestAt: null });
  });

  test("read() copes with events that were cleaned up", async (shop, feed) => {
    const [gone, kept] = [await shop.ordered("ann"), await shop.ordered("bob")];
    const [first] = await feed.rest();
    await new SqlOrderTallies(shop.shop.database).fold();
    await shop.shop.database.execute("DELETE FROM order_event WHERE sale_id = ?", [
      saleOf(gone.item),
    ]);
    shop.shop.now += 60_000;
    assertEquals((await feed.again()).map(({ order }) => order.ticket), [kept.ticket]);
    assertEquals((await feed.read(first!.place, 10)).events.map(({ order }) => order.userId), [
      "bob",
    ]);
  });
}

function saleOf(item: ItemKey): number {
  return parseItemKey(item).saleId;
}
