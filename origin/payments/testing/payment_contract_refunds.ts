import { assertEquals } from "@std/assert";
import type { OpenDatabase } from "../../orders/testing/book_shop.ts";
import {
  FIRST_REFUND_PAUSE_MS,
  MAX_REFUND_ATTEMPTS,
  REFUND_CLAIM_MS,
  refundPauseMs,
} from "../refund_rows.ts";
import { noticeOf, PaymentShop, PRICE } from "./payment_shop.ts";

/** What becomes of money that goes back, and what operators see of payments. */
export function refundsContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: PaymentShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => PaymentShop.with(open, work));

  /** The refunds of one ticket that are handed out now. */
  const due = async (shop: PaymentShop, ticket: string) =>
    (await shop.payments.dueRefunds(1_000)).filter((payment) => payment.ticket === ticket);

  test("finishRefund() ends an order when all of its money is back", async (shop) => {
    const { ticket } = await shop.ordered();
    await shop.shop.cancel(ticket);
    const notices = [noticeOf(ticket, "a"), noticeOf(ticket, "b")];
    for (const notice of notices) await shop.payments.takePayment(notice);
    assertEquals((await due(shop, ticket)).length, 2);
    await shop.payments.finishRefund(notices[0]!.paymentId, { kind: "refunded" });
    await shop.expect(ticket, "refund_due", ["refunded", "refund_due"]);
    await shop.payments.finishRefund(notices[1]!.paymentId, { kind: "refunded" });
    await shop.expect(ticket, "refunded", ["refunded", "refunded"]);
    // A third one begins anew.
    await shop.payments.takePayment(noticeOf(ticket, "c"));
    await shop.expect(ticket, "refund_due", ["refunded", "refunded", "refund_due"]);
  });

  test("finishRefund() leaves a paid order paid when its extra payment is back", async (shop) => {
    const { ticket } = await shop.ordered();
    await shop.payments.takePayment(noticeOf(ticket));
    const extra = noticeOf(ticket, "b");
    await shop.payments.takePayment(extra);
    await shop.payments.finishRefund(extra.paymentId, { kind: "refunded" });
    await shop.payments.finishRefund(extra.paymentId, { kind: "failed", error: "too late" });
    await shop.payments.finishRefund(noticeOf(ticket).paymentId, { kind: "refunded" });
    await shop.payments.finishRefund("nobody's", { kind: "refunded" });
    await shop.expect(ticket, "paid", ["applied", "refunded"]);
  });

  test("dueRefunds() hands a payment to one caller at a time", async (shop) => {
    const { ticket } = await shop.ordered();
    await shop.shop.cancel(ticket);
    await shop.payments.takePayment(noticeOf(ticket));
    const both = await Promise.all([due(shop, ticket), due(shop, ticket)]);
    assertEquals(both.flat().length, 1);
    shop.shop.now += REFUND_CLAIM_MS - 1;
    assertEquals((await due(shop, ticket)).length, 0);
    shop.shop.now += 1;
    assertEquals((await due(shop, ticket)).length, 1);
  });

  test("finishRefund() waits longer after each failure and gives up at the cap", async (shop) => {
    const { ticket } = await shop.ordered();
    await shop.shop.cancel(ticket);
    const { paymentId } = noticeOf(ticket);
    await shop.payments.takePayment(noticeOf(ticket));
    for (let attempt = 1; attempt <= MAX_REFUND_ATTEMPTS; attempt += 1) {
      const [payment] = await due(shop, ticket);
      assertEquals(payment?.refundAttempts, attempt - 1);
      await shop.payments.finishRefund(paymentId, { kind: "failed", error: `no ${attempt} 错误` });
      const pauseMs = refundPauseMs(attempt);
      shop.shop.now += pauseMs - 1;
      assertEquals((await due(shop, ticket)).length, 0, `before the pause after ${attempt}`);
      shop.shop.now += 1;
    }
    shop.shop.now += 10 * 86_400_000;
    assertEquals((await due(shop, ticket)).length, 0);
    const [stuck] = await shop.payments.paymentsOf([ticket]);
    assertEquals([stuck?.state, stuck?.refundError], ["refund_due", "no 10 错误"]);
    assertEquals(await shop.payments.retryRefund(paymentId), true);
    assertEquals((await due(shop, ticket)).length, 1);
    await shop.payments.finishRefund(paymentId, { kind: "failed", error: "x".repeat(2_000) });
    assertEquals((await shop.payments.paymentsOf([ticket]))[0]?.refundError?.length, 500);
    await shop.payments.finishRefund(paymentId, { kind: "refunded" });
    await shop.expect(ticket, "refunded", ["refunded"]);
    assertEquals(await shop.payments.retryRefund(paymentId), false);
    assertEquals(await shop.payments.retryRefund("nobody's"), false);
  });

  test("refundPauseMs() doubles from 5 s up to an hour", () => {
    assertEquals([1, 2, 3, 9].map(refundPauseMs), [5_000, 10_000, 20_000, 1_280_000]);
    assertEquals([11, 500].map(refundPauseMs), [3_600_000, 3_600_000]);
    assertEquals(refundPauseMs(1), FIRST_REFUND_PAUSE_MS);
    return Promise.resolve();
  });

  test("listPayments() lists by ticket and state, newest first", async (shop) => {
    const { ticket } = await shop.ordered();
    for (const id of ["a", "b", "c"]) await shop.payments.takePayment(noticeOf(ticket, id));
    const list = (filter: Parameters<typeof shop.payments.listPayments>[0], page = 1, per = 2) =>
      shop.payments.listPayments(filter, page, per);
    const { items, total } = await list({ ticket });
    assertEquals([total, items.map(({ eventId }) => eventId.split("-")[1])], [3, ["c", "b"]]);
    assertEquals((await list({ ticket }, 2)).items.length, 1);
    assertEquals((await list({ ticket, state: "applied" })).total, 1);
    assertEquals((await list({ ticket, state: "refunded" })).total, 0);
    assertEquals((await list({ ticket: "é" })).total, 0);
    const first = items[0]!;
    assertEquals(await shop.payments.getPayment(first.id), first);
    assertEquals(await shop.payments.getPayment(first.id + 1_000_000), null);
    assertEquals(first, {
      ...noticeOf(ticket, "c"),
      id: first.id,
      state: "refund_due",
      refundAttempts: 0,
      nextRefundAt: 0,
      refundError: null,
      createdAt: shop.shop.now,
    });
  });

  test("listItemPayments() walks the payments of one item and of no other", async (shop) => {
    const [one, other] = [await shop.ordered("ann"), await shop.ordered("bob")];
    for (const id of ["a", "b", "c"]) {
      await shop.payments.takePayment(noticeOf(one.ticket, id));
      await shop.payments.takePayment(noticeOf(other.ticket, id));
    }
    const lost = noticeOf(one.ticket.replace("ann", "zoe"), "z", { amount: PRICE });
    await shop.payments.takePayment(lost);
    const seen: string[] = [];
    let after = null;
    for (let page = 0; page < 10; page += 1) {
      const rows = await shop.payments.listItemPayments(one.item, after, 2);
      if (rows.length === 0) break;
      seen.push(...rows.map(({ eventId }) => eventId));
      after = rows.at(-1)!;
    }
    assertEquals(seen, [
      ...["a", "b", "c"].map((id) => noticeOf(one.ticket, id).eventId),
      lost.eventId,
    ]);
  });
}
