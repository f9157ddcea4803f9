import { assertEquals } from "@std/assert";
import { itemKey } from "../../shared/item.ts";
import { parseTicket, SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { proveSale } from "./proof.ts";
import { STORED_GRACE_MS } from "./proof_payments.ts";

const PRICE = 9_900;

/** A sale with four orders: ann's paid, bob's paid twice, cy's cancelled and paid late, dee's open. */
async function openShop() {
  const origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock: 10 });
  const answers = await origin.buy(
    ...["ann", "bob", "cy", "dee"].map((user) =>
      [saleId, productId, user, 1, `k-${user}`, 0] as [number, number, string, number, string, 0]
    ),
  );
  await origin.drain();
  const [ann, bob, cy, dee] = answers.map(({ ticket }: { ticket: string }) => ticket) as string[];
  const pay = (ticket: string, name: string, amount = PRICE) =>
    origin.payments.takePayment({
      eventId: `e-${name}`,
      paymentId: `p-${name}`,
      ticket,
      amount,
      currency: "CNY",
    });
  await pay(ann!, "ann");
  await pay(bob!, "bob");
  await pay(bob!, "bob-again");
  await origin.unpaid.cancelOrders([cy!], "by_buyer");
  const [event] = await origin.book.pendingStockEvents(10);
  const item = itemKey(saleId, productId);
  const { seq } = parseTicket(cy!)!;
  await origin.ledger.release([{ item, epoch: 1, userId: "cy", seq, restock: true }]);
  await origin.book.finishStockEvents([{ id: event!.id, state: "done" }]);
  await pay(cy!, "cy");
  const prove = async () => proveSale((await origin.deps.catalog.getSale(saleId))!, origin.deps);
  /** What the proof says, the buyer for the ticket. */
  const told = async () =>
    (await prove()).violations.map(({ invariant, ticket, detail }) =>
      `${invariant} ${ticket?.split("-")[2]}: ${detail}`
    );
  const sql = (text: string) => origin.db.execute(text);
  return { origin, item, dee: dee!, cy: cy!, pay, prove, told, sql };
}

Deno.test("proveSale() finds every payment where it belongs, and sums up refunds", async () => {
  const { origin, prove } = await openShop();
  await using _ = origin;
  const due = await prove();
  assertEquals(due.violations, []);
  assertEquals([due.paid, due.unpaid, due.cancelled, due.refundDue, due.refunded], [2, 1, 0, 1, 0]);
  await origin.payments.finishRefund("p-cy", { kind: "refunded" });
  await origin.payments.finishRefund("p-bob-again", { kind: "refunded" });
  const done = await prove();
  assertEquals([done.ok, done.paid, done.refundDue, done.refunded], [true, 2, 0, 1]);
});

const TAMPERED: [name: string, change: string, expected: string[]][] = [
  [
    "a payment that vanished",
    "DELETE FROM payment WHERE payment_id = 'p-ann'",
    ["I6 ann: it is paid with 0 applied payments"],
  ],
  [
    "a second payment that was kept",
    "UPDATE payment SET state = 'applied' WHERE payment_id = 'p-bob-again'",
    ["I6 bob: it is paid with 2 applied payments"],
  ],
  [
    "money that was kept for an ended order",
    "UPDATE payment SET state = 'applied' WHERE payment_id = 'p-cy'",
    [
      "I6 cy: it is refund_due with 1 applied payments",
      "I6 cy: its payment p-cy is applied and it is refund_due",
    ],
  ],
  [
    "an order that was brought back to life",
    "UPDATE orders SET status = 'cancelled' WHERE user_id = 'ann'",
    ["I6 ann: its payment p-ann is applied and it is cancelled"],
  ],
  [
    "another amount",
    "UPDATE payment SET amount = 1 WHERE payment_id = 'p-ann'",
    ["I6 ann: it asks for 9900 CNY and was paid 1 CNY"],
  ],
  [
    "another currency",
    "UPDATE payment SET currency = 'EUR' WHERE payment_id = 'p-ann'",
    ["I6 ann: it asks for 9900 CNY and was paid 9900 EUR"],
  ],
  [
    "a refund that nobody owes",
    "DELETE FROM payment WHERE payment_id = 'p-cy'",
    ["I6 cy: it is refund_due, and no payment of it is to be given back"],
  ],
  [
    "an order that says too early that its money is back",
    "UPDATE orders SET status = 'refunded' WHERE user_id = 'cy'",
    ["I6 cy: it is refunded, and no payment of it was given back"],
  ],
  [
    "a payment of nobody's order",
    "UPDATE payment SET ticket = REPLACE(ticket, 'cy', 'eve') WHERE payment_id = 'p-cy'",
    [
      "I6 cy: it is refund_due, and no payment of it is to be given back",
      "I6 eve: its payment p-cy is refund_due and it has no order",
    ],
  ],
];

for (const [name, change, expected] of TAMPERED) {
  Deno.test(`proveSale() finds ${name}`, async () => {
    const { origin, told, sql } = await openShop();
    await using _ = origin;
    await sql(change);
    assertEquals((await told()).filter((text) => text.startsWith("I6")), expected);
  });
}

Deno.test("proveSale() gives the sweep a few seconds to apply a payment", async () => {
  const { origin, told, sql, dee } = await openShop();
  await using _ = origin;
  await sql(
    `INSERT INTO payment (event_id, payment_id, ticket, amount, currency, state, created_at, updated_at)
     VALUES ('e-dee', 'p-dee', '${dee}', ${PRICE}, 'CNY', 'stored', ${origin.now}, ${origin.now})`,
  );
  assertEquals(await told(), []);
  origin.now += STORED_GRACE_MS + 1;
  assertEquals(await told(), ["I6 dee: its payment p-dee was never applied"]);
  await origin.payments.applyStored(10);
  assertEquals(await told(), []);
});

Deno.test("proveSale() expects no order while one may still be written", async () => {
  const { origin, item, told, pay, dee } = await openShop();
  await using _ = origin;
  await origin.drain();
  const coming = dee.replace("dee", "eve").replace(/\d+$/, String(SEQ_PER_EPOCH + 99));
  assertEquals(await pay(coming, "eve"), "stored");
  origin.now += STORED_GRACE_MS + 1;
  assertEquals(await told(), []);
  // Once the epoch is over, nobody will write it any more.
  await origin.book.closeItems([{ item, epoch: 1 }]);
  await origin.openItems();
  assertEquals(await told(), ["I6 eve: its payment p-eve was never applied"]);
  await origin.payments.applyStored(10);
  assertEquals(await told(), []);
});
