import { assertEquals } from "@std/assert";
import { formatTicket } from "../../../shared/ticket.ts";
import { batchOf, BookShop, type OpenDatabase, seqOf, TEST_NOW, ticketsIn } from "./book_shop.ts";

/** When the orders of these tests are due. */
const PAY_BY = TEST_NOW + 900_000;

/** One order and what may end it. */
export function cancelContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("cancelOrders() ends an order, its quantity and its reservation at once", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann", "bob"], { quantity: 2 });
    await shop.write(message);
    const [ann, bob] = ticketsIn(message);
    assertEquals(await shop.unpaid.cancelOrders([ann!], "by_buyer"), ["cancelled"]);
    const [ended, other] = await shop.book.findOrders([ann!, bob!]);
    assertEquals([ended?.status, ended?.reason], ["cancelled", "by_buyer"]);
    assertEquals([other?.status, other?.reason], ["unpaid", null]);
    assertEquals((await shop.state(item)).sold, 2);
    assertEquals(await shop.eventsOf(item), [
      { id: `restock:${ann}`, item, epoch: 1, kind: "restock", ticket: ann!, delta: 2 },
    ]);
    const rows = await shop.book.listTickets(item, 0, 10);
    assertEquals(rows.map(({ live }) => live), [false, true]);
  });

  test("cancelOrders() ends an order once, whoever asks how often", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann"]);
    await shop.write(message);
    const [ann] = ticketsIn(message);
    shop.now = PAY_BY;
    const answers = await Promise.all(
      (["by_buyer", "expired", "by_buyer", "expired"] as const).map((reason) =>
        shop.unpaid.cancelOrders([ann!], reason)
      ),
    );
    assertEquals(answers.flat().toSorted(), [
      "cancelled",
      "not_unpaid",
      "not_unpaid",
      "not_unpaid",
    ]);
    assertEquals(await shop.unpaid.cancelOrders([ann!, ann!], "by_buyer"), [
      "not_unpaid",
      "not_unpaid",
    ]);
    assertEquals((await shop.state(item)).sold, 0);
    assertEquals((await shop.eventsOf(item)).length, 1);
  });

  test("cancelOrders() lets nothing expire before its time", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann"]);
    await shop.write(message);
    const tickets = ticketsIn(message);
    shop.now = PAY_BY - 1;
    assertEquals(await shop.unpaid.cancelOrders(tickets, "expired"), ["not_due"]);
    assertEquals((await shop.state(item)).sold, 1);
    assertEquals(await shop.eventsOf(item), []);
    shop.now = PAY_BY;
    assertEquals(await shop.unpaid.cancelOrders(tickets, "expired"), ["cancelled"]);
    const [order] = await shop.book.findOrders(tickets);
    assertEquals([order?.status, order?.reason], ["cancelled", "expired"]);
  });

  test("cancelOrders() counts from the time that the order's row gives its buyer", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann"], { payBy: TEST_NOW - 1 });
    await shop.write(message);
    assertEquals(await shop.unpaid.cancelOrders(ticketsIn(message), "expired"), ["not_due"]);
    shop.now += 60_000;
    assertEquals(await shop.unpaid.cancelOrders(ticketsIn(message), "expired"), ["cancelled"]);
  });

  test("soldOutTimes() tells the last order and the next end of an unpaid one", async (shop) => {
    const item = await shop.item(10);
    const never = await shop.item(10);
    assertEquals(await shop.unpaid.soldOutTimes([item]), [{ soldOutAt: null, mayReturnAt: null }]);
    const first = batchOf(item, ["ann", "bob"]);
    await shop.write(first);
    shop.now += 5_000;
    const second = batchOf(item, ["cid"], { n: 3, payBy: PAY_BY + 60_000 });
    await shop.write(second);
    assertEquals(await shop.unpaid.soldOutTimes([never, item]), [
      { soldOutAt: null, mayReturnAt: null },
      { soldOutAt: TEST_NOW + 5_000, mayReturnAt: PAY_BY },
    ]);
    // The pieces of the first two are back; the third may still come back.
    await shop.unpaid.cancelOrders(ticketsIn(first), "by_buyer");
    assertEquals(await shop.unpaid.soldOutTimes([item]), [
      { soldOutAt: TEST_NOW + 5_000, mayReturnAt: PAY_BY + 60_000 },
    ]);
  });

  test("cancelOrders() leaves alone what is paid, refused or refunded", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann", "bob", "cid", "dan"]);
    await shop.write(message);
    const tickets = ticketsIn(message);
    for (const [at, status] of ["paid", "refund_due", "refunded"].entries()) {
      await shop.database.execute("UPDATE orders SET status = ? WHERE ticket = ?", [
        status,
        tickets[at]!,
      ]);
    }
    shop.now = PAY_BY;
    for (const reason of ["expired", "by_buyer", "by_operator"] as const) {
      assertEquals((await shop.unpaid.cancelOrders(tickets, reason)).slice(0, 3), [
        "not_unpaid",
        "not_unpaid",
        "not_unpaid",
      ]);
    }
    assertEquals((await shop.state(item)).sold, 3);
    assertEquals((await shop.eventsOf(item)).map(({ ticket }) => ticket), [tickets[3]!]);
  });

  test("cancelOrders() answers in the order asked, over items and unknown tickets", async (shop) => {
    const [first, second] = [await shop.item(10), await shop.item(10)];
    const [one, two] = [batchOf(first, ["ann"]), batchOf(second, ["ann", "bob"])];
    await shop.write(one);
    await shop.write(two);
    const [ann, bob] = ticketsIn(two);
    const never = formatTicket(first, "eve", seqOf(1, 9));
    const nowhere = formatTicket("999999999-1", "eve", seqOf(1, 9));
    assertEquals(
      await shop.unpaid.cancelOrders(
        [ann!, never, ...ticketsIn(one), "no ticket", nowhere, ann!, bob!],
        "by_buyer",
      ),
      ["cancelled", "no_order", "cancelled", "no_order", "no_order", "not_unpaid", "cancelled"],
    );
    assertEquals([(await shop.state(first)).sold, (await shop.state(second)).sold], [0, 0]);
    assertEquals(await shop.unpaid.cancelOrders([], "expired"), []);
  });

  test("cancelOrders() stamps its event with the epoch of the last snapshot", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann", "bob"]);
    await shop.write(message);
    const [ann, bob] = ticketsIn(message);
    // Begun, but the snapshot is still to come: it will count this cancel.
    const epoch = await shop.book.raiseEpoch(item);
    await shop.cancel(ann!);
    assertEquals((await shop.eventsOf(item)).map((event) => event.epoch), [1]);
    assertEquals((await shop.book.snapshotLedger({ item, epoch }))?.remaining, 9);
    assertEquals(await shop.eventsOf(item), [], "the rebuild counted it");
    // From here on the new ledger has to hear of it.
    await shop.cancel(bob!);
    assertEquals((await shop.eventsOf(item)).map((event) => event.epoch), [2]);
  });

  test("cancelOrders() lets the buyer of a cancelled order buy anew", async (shop) => {
    const item = await shop.item(1);
    const first = batchOf(item, ["ann"]);
    await shop.write(first);
    await shop.cancel(ticketsIn(first)[0]!);
    await shop.write(batchOf(item, ["ann"], { n: 2 }));
    assertEquals((await shop.state(item)).sold, 1);
  });
}
