import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import type { PaymentRecord, RefundResult } from "./payment_book.ts";
import type { RefundRequest } from "./payment_gateway.ts";
import { refundPayments } from "./refund_payments.ts";

function due(paymentId: string): PaymentRecord {
  return {
    id: 1,
    eventId: `e-${paymentId}`,
    paymentId,
    ticket: "1-2-ann-1000000001",
    amount: 500,
    currency: "EUR",
    state: "refund_due",
    refundAttempts: 9,
    nextRefundAt: 0,
    refundError: null,
    createdAt: 0,
  };
}

/** A round over payments; the gateway refuses those whose id begins with "bad". */
function refunding(payments: PaymentRecord[], givesBack = true) {
  const asked: RefundRequest[] = [];
  const finished: [string, RefundResult][] = [];
  const run = (finish = (_id: string) => Promise.resolve()) =>
    refundPayments({
      payments: {
        dueRefunds: () => Promise.resolve(payments),
        finishRefund: (id, result) => {
          finished.push([id, result]);
          return finish(id);
        },
      },
      gateway: {
        givesBack,
        refund: (request) => {
          asked.push(request);
          return request.paymentId.startsWith("bad")
            ? Promise.reject(new Error("card closed"))
            : Promise.resolve();
        },
      },
      log: logOf("test"),
    });
  return { run, asked, finished };
}

Deno.test("refundPayments() asks for each payment with a key that stays the same", async () => {
  const { run, asked, finished } = refunding([due("p1"), due("bad1")]);
  assertEquals(await run(), 1);
  assertEquals(asked[0], {
    paymentId: "p1",
    amount: 500,
    currency: "EUR",
    refundKey: "refund-p1",
  });
  assertEquals(finished.toSorted(), [
    ["bad1", { kind: "failed", error: "card closed" }],
    ["p1", { kind: "refunded" }],
  ]);
  await run();
  assertEquals(asked.map(({ refundKey }) => refundKey).toSorted(), [
    "refund-bad1",
    "refund-bad1",
    "refund-p1",
    "refund-p1",
  ]);
});

Deno.test("refundPayments() finishes the others when the order book fails in between", async () => {
  const { run, finished } = refunding([due("p1"), due("p2")]);
  const fail = (id: string) => id === "p1" ? Promise.reject(new Error("away")) : Promise.resolve();
  await assertRejects(() => run(fail), Error, "away");
  assertEquals(finished.length, 2);
});

Deno.test("refundPayments() leaves everything to operators without a gateway", async () => {
  const { run, asked, finished } = refunding([due("p1")], false);
  assertEquals([await run(), asked.length, finished.length], [0, 0, 0]);
});
