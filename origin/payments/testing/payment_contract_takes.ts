import { assertEquals, assertRejects } from "@std/assert";
import { formatTicket } from "../../../shared/ticket.ts";
import { DatabaseError } from "../../database/database.ts";
import { batchOf, type OpenDatabase, seqOf, ticketsIn } from "../../orders/testing/book_shop.ts";
import { noticeOf, PaymentShop, PRICE } from "./payment_shop.ts";

/** What `takePayment` makes of a notice. */
export function takesContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: PaymentShop) => Promise<void>) =>
    Deno.test(`${name}: takePayment() ${what}`, () => PaymentShop.with(open, work));

  test("pays an unpaid order once, and knows the event and the payment again", async (shop) => {
    const { item, ticket } = await shop.ordered();
    const take = (changes = {}) => shop.payments.takePayment(noticeOf(ticket, "a", changes));
    assertEquals(await take(), "applied");
    assertEquals(await take(), "known");
    assertEquals(await take({ eventId: `other-${ticket}` }), "known");
    assertEquals(await take({ paymentId: `other-${ticket}` }), "known");
    await shop.expect(ticket, "paid", ["applied"]);
    const { sold } = await shop.shop.state(item);
    assertEquals(sold, 1, "a paid order keeps its stock");
  });

  test("gives a second payment of a paid order back and leaves the order paid", async (shop) => {
    const { ticket } = await shop.ordered();
    await shop.payments.takePayment(noticeOf(ticket));
    assertEquals(await shop.payments.takePayment(noticeOf(ticket, "b")), "refund_due");
    await shop.expect(ticket, "paid", ["applied", "refund_due"]);
  });

  test("owes the money of an order that has ended", async (shop) => {
    const { item, ticket } = await shop.ordered();
    await shop.shop.cancel(ticket);
    assertEquals(await shop.payments.takePayment(noticeOf(ticket)), "refund_due");
    assertEquals(await shop.order(ticket), ["refund_due", "by_buyer"]);
    assertEquals((await shop.shop.state(item)).sold, 0, "it holds no stock");
    assertEquals(await shop.payments.takePayment(noticeOf(ticket, "b")), "refund_due");
    await shop.expect(ticket, "refund_due", ["refund_due", "refund_due"]);
  });

  test("owes the money of an order that was refused as late", async (shop) => {
    const item = await shop.shop.item(10);
    await shop.shop.reopen(item);
    const message = batchOf(item, ["ann"]);
    await shop.shop.write(message);
    const ticket = ticketsIn(message)[0]!;
    assertEquals(await shop.payments.takePayment(noticeOf(ticket)), "refund_due");
    assertEquals(await shop.order(ticket), ["refund_due", "late"]);
  });

  test("changes nothing for a wrong amount, so that the right one still pays", async (shop) => {
    const { ticket } = await shop.ordered("ann", 2);
    const amount = 2 * PRICE;
    for (const wrong of [{ amount: amount - 1 }, { amount: 0 }, { amount, currency: "CNY" }]) {
      const notice = noticeOf(ticket, "a", wrong);
      assertEquals(await shop.payments.takePayment(notice), "wrong_amount");
    }
    await shop.expect(ticket, "unpaid", []);
    assertEquals(await shop.payments.takePayment(noticeOf(ticket, "a", { amount })), "applied");
    const wrongAgain = noticeOf(ticket, "b", { amount: 1 });
    assertEquals(await shop.payments.takePayment(wrongAgain), "wrong_amount");
    await shop.expect(ticket, "paid", ["applied"]);
  });

  test("stores what comes before its order and applies it afterwards", async (shop) => {
    const item = await shop.shop.item(10);
    const message = batchOf(item, ["ann"]);
    const ticket = ticketsIn(message)[0]!;
    assertEquals(await shop.payments.takePayment(noticeOf(ticket)), "stored");
    assertEquals(await shop.payments.takePayment(noticeOf(ticket)), "known");
    assertEquals(await shop.payments.takePayment(noticeOf(ticket, "b")), "stored");
    await shop.payments.applyStored(100);
    await shop.expect(ticket, null, ["stored", "stored"]);
    await shop.shop.write(message);
    await shop.payments.applyStored(100);
    await shop.expect(ticket, "paid", ["applied", "refund_due"]);
  });

  test("stores an amount that turns out wrong, and then gives it back", async (shop) => {
    const item = await shop.shop.item(10);
    const message = batchOf(item, ["ann", "bob"]);
    const [ann, bob] = ticketsIn(message) as [string, string];
    await shop.payments.takePayment(noticeOf(ann, "a", { amount: 1 }));
    await shop.payments.takePayment(noticeOf(bob, "a", { amount: 1 }));
    await shop.shop.write(message);
    await shop.shop.cancel(bob);
    await shop.payments.applyStored(100);
    await shop.expect(ann, "unpaid", ["refund_due"]);
    await shop.expect(bob, "refund_due", ["refund_due"]);
    assertEquals(await shop.payments.takePayment(noticeOf(ann, "b")), "applied");
    await shop.expect(ann, "paid", ["refund_due", "applied"]);
  });

  test("records a ticket of an epoch that is over as lost, and owes its money", async (shop) => {
    const item = await shop.shop.item(10);
    await shop.shop.reopen(item);
    const ticket = formatTicket(item, "ann", seqOf(1, 7));
    const notice = noticeOf(ticket, "a", { amount: 2 * PRICE });
    assertEquals(await shop.payments.takePayment(notice), "refund_due");
    assertEquals(await shop.order(ticket), ["refund_due", "lost_in_recovery"]);
    const [row] = await shop.shop.book.findOrders([ticket]);
    assertEquals([row?.quantity, row?.amount, row?.userId], [2, 2 * PRICE, "ann"]);
    assertEquals((await shop.shop.state(item)).sold, 0);
    const odd = noticeOf(ticket, "b", { amount: 77 });
    assertEquals(await shop.payments.takePayment(odd), "refund_due");
    // The message that carried the ticket may still come: it finds the row.
    const message = { ...batchOf(item, ["ann"], { n: 7 }) };
    await shop.shop.write(message);
    await shop.expect(ticket, "refund_due", ["refund_due", "refund_due"]);
  });

  test("stores a payment whose ticket is lost only later, and then owes its money", async (shop) => {
    const item = await shop.shop.item(10);
    const ticket = formatTicket(item, "ann", seqOf(1, 1));
    assertEquals(await shop.payments.takePayment(noticeOf(ticket)), "stored");
    await shop.shop.reopen(item);
    await shop.payments.applyStored(100);
    assertEquals(await shop.order(ticket), ["refund_due", "lost_in_recovery"]);
    await shop.expect(ticket, "refund_due", ["refund_due"]);
  });

  test("applies stored payments page by page, whoever waits before them", async (shop) => {
    const item = await shop.shop.item(10);
    const waiting = [1, 2, 3].map((n) => formatTicket(item, `w${n}`, seqOf(1, n)));
    for (const ticket of waiting) await shop.payments.takePayment(noticeOf(ticket));
    const message = batchOf(item, ["ann"], { n: 4 });
    const ticket = ticketsIn(message)[0]!;
    await shop.payments.takePayment(noticeOf(ticket));
    await shop.shop.write(message);
    let applied = 0;
    for (let round = 0; round < 20 && applied === 0; round += 1) {
      applied = await shop.payments.applyStored(2);
    }
    await shop.expect(ticket, "paid", ["applied"]);
    await shop.expect(waiting[0]!, null, ["stored"]);
  });

  test("takes many notices of one order at once and applies exactly one", async (shop) => {
    const { ticket } = await shop.ordered();
    const outcomes = await Promise.all(
      Array.from(
        { length: 12 },
        (_, at) => shop.payments.takePayment(noticeOf(ticket, `n${at % 4}`)),
      ),
    );
    const count = (what: string) => outcomes.filter((outcome) => outcome === what).length;
    assertEquals([count("applied"), count("refund_due"), count("known")], [1, 3, 8]);
    const states = await shop.states(ticket);
    assertEquals(states.toSorted(), ["applied", "refund_due", "refund_due", "refund_due"]);
    assertEquals((await shop.order(ticket))?.[0], "paid");
  });

  test("takes one payment once, also when it is told of two items at once", async (shop) => {
    const [one, two] = [await shop.ordered("ann"), await shop.ordered("bob")];
    const shared = { eventId: `e-${one.ticket}`, paymentId: `p-${one.ticket}` };
    const outcomes = await Promise.all(
      [one, two].map(({ ticket }) => shop.payments.takePayment(noticeOf(ticket, "a", shared))),
    );
    assertEquals(outcomes.toSorted(), ["applied", "known"]);
  });

  test("refuses what names no ticket of an item", async (shop) => {
    for (const ticket of ["x", "", "999999999-1-ann-1000000001"]) {
      const take = () => shop.payments.takePayment(noticeOf(ticket, "a"));
      const error = await assertRejects(take, DatabaseError);
      assertEquals(error.fault, "invalid");
    }
  });
}
