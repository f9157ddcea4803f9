import { assert, assertEquals, assertRejects } from "@std/assert";
import type { InternalBuy } from "../../shared/internal_api.ts";
import { itemKey } from "../../shared/item.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { type Proof, PROOF_ROUNDS, proveSale, ROUND_PAUSE_MS } from "./proof.ts";
import { LedgerAwayError } from "./proof_ledger.ts";

/** A sale of 10 with three orders of 1, 2 and 1 pieces, one more on its way, and 5 left. */
async function openShop(stock = 10) {
  const origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock });
  const buy = (userId: string, quantity = 1): InternalBuy => [
    saleId,
    productId,
    userId,
    quantity,
    `k-${userId}`,
    0,
  ];
  await origin.buy(buy("ann"), buy("bob", 2), buy("cy"));
  await origin.drain();
  await origin.buy(buy("dee"));
  const prove = async () => proveSale((await origin.deps.catalog.getSale(saleId))!, origin.deps);
  const sql = async (text: string) => {
    await origin.db.execute("PRAGMA ignore_check_constraints = ON");
    await origin.db.execute(text);
  };
  return { origin, saleId, productId, item: itemKey(saleId, productId), buy, prove, sql };
}

function told(proof: Proof): string[] {
  return proof.violations.map(({ invariant, ticket, detail }) =>
    `${invariant} ${ticket ? ticket.split("-")[2] : ""}: ${detail}`
  );
}

Deno.test("proveSale() counts a sale in which every promise holds", async () => {
  const { origin, prove, productId } = await openShop();
  await using _ = origin;
  const sums = {
    stock: 10,
    remaining: 5,
    processing: 1,
    unpaid: 4,
    paid: 0,
    cancelled: 0,
    refused: 0,
    refundDue: 0,
    refunded: 0,
  };
  assertEquals(await prove(), {
    ok: true,
    moving: false,
    ...sums,
    violations: [],
    violationCount: 0,
    items: [{ productId, ...sums, pending: 0, moving: false }],
  });
});

Deno.test("proveSale() sums up the items, and unlimited stock is -1", async () => {
  const { origin, prove, buy } = await openShop(-1);
  await using _ = origin;
  await origin.buy(buy("eve", 2));
  await origin.drain();
  const [bob] = (await origin.book.listOrders({ userId: "bob" }, 1, 1)).items;
  const { ticket, amount, currency } = bob!;
  await origin.payments.takePayment({ eventId: "e", paymentId: "p", ticket, amount, currency });
  const { ok, stock, remaining, processing, unpaid, paid } = await prove();
  assertEquals([ok, stock, remaining, processing, unpaid, paid], [true, -1, -1, 0, 5, 2]);
});

Deno.test("proveSale() proves a draft and a sale that nobody has bought from", async () => {
  const { origin, productId } = await openShop();
  await using _ = origin;
  const { saleId } = await (await origin.admin("POST", "/sales", {
    title: "Later",
    startsAt: "2027-01-01T00:00:00Z",
    endsAt: "2027-01-02T00:00:00Z",
    items: [{ productId, stock: 3 }],
  })).json();
  const prove = async () => proveSale((await origin.deps.catalog.getSale(saleId))!, origin.deps);
  const draft = await prove();
  assertEquals([draft.ok, draft.stock, draft.remaining], [true, 3, 3]);
  await origin.admin("POST", `/sales/${saleId}/publish`);
  const published = await prove();
  assertEquals([published.ok, published.remaining, published.unpaid], [true, 3, 0]);
});

const TAMPERED: [name: string, change: string, expected: string[]][] = [
  ["a counter that is wrong", "UPDATE sale_item SET sold = sold + 1", [
    "I1 : the counter says 5 sold, the orders 4",
  ]],
  ["more sold than put on sale", "UPDATE sale_item SET stock = 3", [
    "I2 : 4 pieces are sold of 3 put on sale",
    "I1 : remaining 5 + processing 1 + sold 4 is 7 more than the stock 3",
  ]],
  ["a piece that came from nowhere", "UPDATE ledger_item SET stock = stock + 1", [
    "I1 : remaining 6 + processing 1 + sold 4 is 1 more than the stock 10",
  ]],
  ["a piece that went nowhere", "UPDATE ledger_item SET stock = stock - 1", [
    "I1 : remaining 4 + processing 1 + sold 4 is 1 less than the stock 10, with 0 on the way",
  ]],
  ["unlimited stock in the ledger", "UPDATE ledger_item SET stock = -1", [
    "I1 : the database has a stock of 10, the ledger -1 left",
  ]],
  ["an order without a reservation", "DELETE FROM ledger_holder WHERE user_id = 'bob'", [
    "I3 bob: the ledger holds no live reservation for it",
  ]],
  ["a released reservation", "UPDATE ledger_holder SET live = 0 WHERE user_id = 'bob'", [
    "I3 bob: the ledger holds no live reservation for it",
  ]],
  ["another quantity", "UPDATE ledger_holder SET quantity = 9 WHERE user_id = 'bob'", [
    "I3 bob: the ledger holds a quantity of 9",
  ]],
  [
    "another seq",
    "UPDATE ledger_holder SET seq = seq + 100 WHERE user_id = 'bob'",
    [
      "I1 : remaining 5 + processing 3 + sold 4 is 2 more than the stock 10",
      "I3 bob: the ledger holds seq 1000000102 of its buyer",
    ],
  ],
  ["a row that vanished", "DELETE FROM orders WHERE user_id = 'ann'", [
    "I1 : the counter says 4 sold, the orders 3",
  ]],
  [
    "an ended order whose stock never came back",
    "UPDATE orders SET status = 'cancelled', live = NULL WHERE user_id = 'cy'",
    [
      "I1 : the counter says 4 sold, the orders 3",
      "I1 : remaining 5 + processing 1 + sold 3 is 1 less than the stock 10, with 0 on the way",
    ],
  ],
  ["an ended order that is marked live", "UPDATE orders SET status = 'paid', live = NULL", [
    "I5 ann: it is paid and marked as ended",
    "I5 bob: it is paid and marked as ended",
    "I5 cy: it is paid and marked as ended",
    "I6 ann: it is paid with 0 applied payments",
    "I6 bob: it is paid with 0 applied payments",
    "I6 cy: it is paid with 0 applied payments",
  ]],
  [
    "more than one buyer may have",
    "UPDATE sale_item SET per_user_limit = 1",
    ["I5 bob: its quantity 2 is above the limit of 1"],
  ],
  [
    "a ticket of another user",
    "UPDATE orders SET ticket = REPLACE(ticket, 'cy', 'eve') WHERE user_id = 'cy'",
    ["I3 eve: its ticket is not of its user cy"],
  ],
  ["a ticket that cannot be read", "UPDATE orders SET ticket = 'x' WHERE user_id = 'cy'", [
    "I3 undefined: its ticket cannot be read",
  ]],
];

for (const [name, change, expected] of TAMPERED) {
  Deno.test(`proveSale() finds ${name}`, async () => {
    const { origin, prove, sql } = await openShop();
    await using _ = origin;
    await sql(change);
    const proof = await prove();
    assertEquals([proof.ok, proof.violationCount], [false, proof.violations.length]);
    assertEquals(told(proof), expected);
    assertEquals(origin.waits.filter((ms) => ms === ROUND_PAUSE_MS).length, PROOF_ROUNDS - 1);
  });
}

Deno.test("proveSale() finds a buyer with two live orders", async () => {
  const { origin, prove, sql } = await openShop();
  await using _ = origin;
  await sql("DROP INDEX orders_one_live");
  const columns = "sale_id, product_id, user_id, quantity, request_id, message_id, amount, " +
    "currency, status, live, pay_by, created_at, updated_at";
  await sql(
    `INSERT INTO orders (ticket, seq, ${columns})
       SELECT REPLACE(ticket, seq, seq + 500), seq + 500, ${columns}
         FROM orders WHERE user_id = 'cy'`,
  );
  const proof = await prove();
  assert(told(proof).some((text) => text.startsWith("I5 cy: its buyer has another live order")));
  assert(told(proof).includes("I3 cy: the ledger holds seq 1000000003 of its buyer"));
});

Deno.test("proveSale() tells at most 100 violations and counts all", async () => {
  const { origin, prove, buy, sql } = await openShop(1_000);
  await using _ = origin;
  await origin.buy(...Array.from({ length: 400 }, (_, at) => buy(`u${at}`)));
  await origin.drain();
  await sql("UPDATE orders SET live = NULL");
  const proof = await prove();
  assertEquals([proof.violations.length, proof.violationCount], [100, 404]);
});

Deno.test("proveSale() forgives what comes right while it counts again", async () => {
  const { origin, prove, sql } = await openShop();
  await using _ = origin;
  await sql("UPDATE ledger_item SET stock = stock - 1");
  origin.onDelay = async () => {
    if (origin.waits.at(-1)! > 0) await sql("UPDATE ledger_item SET stock = 5");
  };
  assertEquals((await prove()).ok, true);
});

Deno.test("proveSale() does not mistake a sale in motion for a broken one", async () => {
  const { origin, prove, buy } = await openShop(1_000);
  await using _ = origin;
  let buyers = 0;
  origin.onDelay = async () => {
    await origin.buy(buy(`late${buyers += 1}`));
    if (buyers % 2 === 0) await origin.drain();
  };
  const moving = await prove();
  assertEquals([moving.ok, moving.moving, moving.violations], [true, true, []]);
  origin.onDelay = () => Promise.resolve();
  const still = await prove();
  assertEquals([still.ok, still.moving], [true, false]);
  assertEquals(still.remaining + still.processing + still.unpaid, 1_000);
});

Deno.test("proveSale() counts stock that is on its way to the ledger", async () => {
  const { origin, item, prove } = await openShop();
  await using _ = origin;
  await origin.book.requestStockChange(item, "top-up", 5);
  const pending = await prove();
  assertEquals([pending.ok, pending.stock, pending.remaining], [true, 15, 5]);
  assertEquals(pending.items[0]?.pending, 5);
  await origin.ledger.adjust([{ item, epoch: 1, changeId: "top-up", delta: 5 }]);
  await origin.book.finishStockEvents([{ id: "top-up", state: "done" }]);
  assertEquals([(await prove()).ok, (await prove()).remaining], [true, 10]);
});

Deno.test("proveSale() proves nothing without the ledger", async () => {
  const { origin, item, saleId, prove } = await openShop();
  await using _ = origin;
  origin.faults.ledger.down = true;
  await assertRejects(prove, LedgerAwayError, "The ledger is away");
  Object.assign(origin.faults.ledger, { down: false, error: new Error("ECONNRESET") });
  await assertRejects(prove, LedgerAwayError, "The ledger does not answer");
  origin.faults.ledger.error = null;
  await origin.book.closeItems([{ item, epoch: 1 }]);
  await assertRejects(prove, LedgerAwayError, `item ${item} is closed`);
  const response = await origin.admin("GET", `/sales/${saleId}/proof`);
  assertEquals([response.status, (await response.json()).code], [503, "unavailable"]);
});
