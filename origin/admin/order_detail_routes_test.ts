import { assertEquals, assertMatch } from "@std/assert";
import { fillFollowUpShop } from "../backoffice/testing/follow_up_shop.ts";
import { DatabaseError } from "../database/database.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

/** An origin with an order of every kind, and a way to read and cancel them. */
async function openShop() {
  const origin = await OriginFixture.open();
  const shop = await fillFollowUpShop(origin);
  const json = async (method: string, path: string) => {
    const response = await origin.admin(method, path);
    return { status: response.status, body: await response.json() };
  };
  const read = (ticket: string) => json("GET", `/orders/${encodeURIComponent(ticket)}`);
  const cancel = (ticket: string) => json("POST", `/orders/${encodeURIComponent(ticket)}/cancel`);
  return { origin, ...shop, json, read, cancel };
}

Deno.test("an order is told with its row, payments, stock event and parked message", async () => {
  const { origin, saleId, productId, tickets, messageId, read } = await openShop();
  await using _ = origin;
  const { status, body: ann } = await read(tickets.ann);
  const { payBy, createdAt, updatedAt, messageId: message, ...rest } = ann;
  assertEquals(status, 200);
  assertMatch(message, new RegExp(`^${saleId}-${productId}-\\d+$`));
  for (const time of [payBy, createdAt, updatedAt]) assertMatch(time, /^2026-06-01T10:/);
  assertEquals(rest, {
    ticket: tickets.ann,
    saleId,
    productId,
    userId: "ann",
    quantity: 2,
    amount: 19_800,
    currency: "CNY",
    status: "unpaid",
    recorded: true,
    requestId: "key-of-ann",
    payments: [],
    stockEvents: [],
    parked: [],
  });
  const { body: cy } = await read(tickets.cy);
  assertEquals([cy.status, cy.reason], ["refund_due", "by_buyer"]);
  assertEquals(cy.payments.map((payment: Record<string, unknown>) => payment.refundError), [
    "The provider said: card expired",
  ]);
  assertEquals(cy.stockEvents.map((event: Record<string, unknown>) => [event.kind, event.delta]), [
    ["restock", 1],
  ]);
  const { body: poison } = await read(tickets.poison);
  assertEquals([poison.status, poison.reason, poison.parked[0].id], [
    "refused",
    "unwritable",
    messageId,
  ]);
});

Deno.test("a ticket without a row is told from the ledger, and one never given out is not", async () => {
  const { origin, saleId, productId, tickets, read } = await openShop();
  await using _ = origin;
  const [{ ticket }] = await origin.buy([saleId, productId, "dan", 1, "key-of-dan", 0]);
  const { status, body } = await read(ticket);
  assertEquals([status, body.status, body.recorded, body.userId, body.createdAt], [
    200,
    "processing",
    false,
    "dan",
    undefined,
  ]);
  for (const none of [tickets.ann.replace("ann", "eve"), "1-1-ann", "x", `${ticket}0`]) {
    assertEquals((await read(none)).status, 404, none);
  }
  await origin.drain();
  assertEquals((await read(ticket)).body.recorded, true);
  origin.faults.book.error = new DatabaseError("unavailable", "away");
  const away = await read(ticket);
  assertEquals([away.status, away.body.code], [503, "unavailable"]);
});

Deno.test("an operator cancels what is unpaid, once, and its pieces go back once", async () => {
  const { origin, tickets, read, cancel } = await openShop();
  await using _ = origin;
  const before = (await origin.book.readItems([`${1}-${1}`]))[0]!.sold;
  const { status, body } = await cancel(tickets.ann);
  assertEquals([status, body.status, body.reason, body.stockEvents.length], [
    200,
    "cancelled",
    "by_operator",
    1,
  ]);
  assertEquals(origin.restores, 1);
  assertEquals((await origin.book.readItems(["1-1"]))[0]!.sold, before - 2);
  const again = await cancel(tickets.ann);
  assertEquals([again.status, again.body.code, again.body.orderStatus], [
    409,
    "not_cancellable",
    "cancelled",
  ]);
  for (const [ticket, why] of [[tickets.bob, "paid"], [tickets.poison, "refused"]] as const) {
    const refused = await cancel(ticket);
    assertEquals([refused.status, refused.body.orderStatus], [409, why]);
  }
  assertEquals((await cancel(tickets.ann.replace("ann", "eve"))).status, 404);
  assertEquals((await read(tickets.bob)).body.status, "paid");
  assertEquals(origin.restores, 1);
});

Deno.test("a payment can be read by itself", async () => {
  const { origin, paymentId, tickets, json } = await openShop();
  await using _ = origin;
  const { status, body } = await json("GET", `/payments/${paymentId}`);
  assertEquals([status, body.ticket, body.state, body.refundAttempts], [
    200,
    tickets.cy,
    "refund_due",
    1,
  ]);
  assertEquals((await json("GET", "/payments/999")).status, 404);
});
