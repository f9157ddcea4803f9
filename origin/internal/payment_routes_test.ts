import { assertEquals } from "@std/assert";
import { EDGE_KEY_HEADER } from "../../shared/internal_api.ts";
import { itemKey } from "../../shared/item.ts";
import { formatTicket, parseTicket, SEQ_PER_EPOCH } from "../../shared/ticket.ts";
import { DatabaseError } from "../database/database.ts";
import { openGateway } from "../payments/gateways.ts";
import { signWebhook } from "../payments/webhook_signature.ts";
import { FIXTURE_PAYMENT, FIXTURE_SECRETS, OriginFixture } from "../testing/origin_fixture.ts";
import type { OriginDeps } from "../app.ts";
import { MAX_NOTICE_BYTES } from "./payment_routes.ts";

const PRICE = 9_900;

/** An origin with an open sale of 10, and ways to buy, to pay and to cancel. */
async function openShop(changes: Partial<OriginDeps> = {}) {
  const origin = await OriginFixture.open(changes);
  const { saleId, productId } = await origin.openSale({ stock: 10 });
  const reserve = async (userId = "ann") =>
    (await origin.buy([saleId, productId, userId, 1, "k", 0]))[0].ticket as string;
  const order = async (userId = "ann") => {
    const ticket = await reserve(userId);
    await origin.drain();
    return ticket;
  };
  const headers = { [EDGE_KEY_HEADER]: FIXTURE_SECRETS.edgeKey };
  const post = async (path: string, body: unknown) => {
    const text = JSON.stringify(body);
    const response = await origin.internal(path, { method: "POST", body: text, headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const tell = async (body: BodyInit, signature?: string) => {
    const sent = signature === undefined
      ? headers
      : { ...headers, "dropgate-signature": signature };
    const path = "/payments/webhook";
    const response = await origin.internal(path, { method: "POST", body, headers: sent });
    const { outcome, code } = await response.json();
    return `${response.status} ${outcome ?? code}`;
  };
  const notify = (ticket: string, fields: Record<string, unknown> = {}) => {
    const body = JSON.stringify({
      type: "payment.succeeded",
      eventId: `e-${ticket}`,
      paymentId: `p-${ticket}`,
      ticket,
      amount: PRICE,
      currency: "CNY",
      ...fields,
    });
    const key = FIXTURE_PAYMENT.webhookKeys[0]!;
    return tell(body, signWebhook(key, body, Math.floor(origin.now / 1_000)));
  };
  const returnUrl = `http://shop.test/sales/${saleId}`;
  const pay = (ticket: string, userId = "ann") =>
    post(`/orders/${ticket}/payment`, { userId, returnUrl });
  const cancel = (ticket: string, userId = "ann") => post(`/orders/${ticket}/cancel`, { userId });
  const item = itemKey(saleId, productId);
  return { origin, item, saleId, reserve, order, post, tell, notify, pay, cancel };
}

Deno.test("a notification pays its order once, whoever tells it again", async () => {
  const { origin, order, notify } = await openShop();
  await using _ = origin;
  const ticket = await order();
  assertEquals(await notify(ticket), "200 applied");
  assertEquals(await notify(ticket), "200 known");
  assertEquals(await notify(ticket, { eventId: "e2", paymentId: "p2" }), "200 refund_due");
  const [row] = await origin.book.findOrders([ticket]);
  assertEquals(row?.status, "paid");
});

Deno.test("a notification of a wrong amount or currency is 422 and changes nothing", async () => {
  const { origin, order, notify } = await openShop();
  await using _ = origin;
  const ticket = await order();
  for (const wrong of [{ amount: PRICE - 1 }, { amount: 0 }, { currency: "EUR" }]) {
    assertEquals(await notify(ticket, wrong), "422 wrong_amount");
  }
  assertEquals(await notify(ticket), "200 applied");
});

Deno.test("a notification that comes before its order is stored", async () => {
  const { origin, reserve, notify } = await openShop();
  await using _ = origin;
  const ticket = await reserve();
  assertEquals(await notify(ticket), "200 stored");
  await origin.drain();
  assertEquals(await origin.payments.applyStored(10), 1);
  assertEquals((await origin.book.findOrders([ticket]))[0]?.status, "paid");
});

Deno.test("a notification for a ticket that cannot exist is 404 and is not kept", async () => {
  const { origin, item, saleId, order, notify } = await openShop();
  await using _ = origin;
  const { seq } = parseTicket(await order())!;
  const tickets = [
    "nonsense",
    "",
    "%",
    "1-1-ann-7",
    formatTicket(itemKey(saleId, 999), "ann", seq),
    formatTicket(item, "ann", seq + SEQ_PER_EPOCH),
    formatTicket(item, "ann", seq + 1),
    formatTicket(item, "eve", seq),
  ];
  for (const ticket of tickets) {
    assertEquals(await notify(ticket, { eventId: "e", paymentId: "p" }), "404 not_found", ticket);
  }
  assertEquals((await origin.payments.listPayments({}, 1, 10)).total, 0);
});

Deno.test("a notification is 401 without a good signature, and 400 when it cannot be read", async () => {
  const { origin, tell } = await openShop();
  await using _ = origin;
  const [key, earlier] = FIXTURE_PAYMENT.webhookKeys as [string, string];
  const nowS = Math.floor(origin.now / 1_000);
  assertEquals(await tell("{}"), "401 unauthenticated");
  assertEquals(await tell("{}", signWebhook(key, "{} ", nowS)), "401 unauthenticated");
  assertEquals(await tell("{}", signWebhook(key, "{}", nowS - 301)), "401 unauthenticated");
  assertEquals(await tell("{", signWebhook(key, "{", nowS)), "400 invalid");
  assertEquals(await tell("{}", signWebhook(earlier, "{}", nowS)), "400 invalid");
  const other = '{"type":"payment.failed"}';
  assertEquals(await tell(other, signWebhook(key, other, nowS)), "200 ignored");
  const large = "x".repeat(MAX_NOTICE_BYTES + 1);
  assertEquals(await tell(large, signWebhook(key, large, nowS)), "413 too_large");
  const full = JSON.stringify({ type: "y", text: "x".repeat(MAX_NOTICE_BYTES - 22) });
  assertEquals(full.length, MAX_NOTICE_BYTES);
  assertEquals(await tell(full, signWebhook(key, full, nowS)), "200 ignored");
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(other)]);
  assertEquals(
    await tell(bytes, signWebhook(key, bytes, nowS)),
    "200 ignored",
    "every byte counts",
  );
});

Deno.test("a notification is 503 while it cannot be recorded, so that it is told again", async () => {
  const { origin, order, notify } = await openShop();
  await using _ = origin;
  const ticket = await order();
  origin.faults.payments.error = new DatabaseError("unavailable", "away");
  assertEquals(await notify(ticket), "503 unavailable");
  origin.faults.book.error = origin.faults.payments.error;
  assertEquals(await notify(ticket), "503 unavailable");
  origin.faults.ledger.down = true;
  assertEquals(await notify(ticket), "503 unavailable");
  for (const fault of Object.values(origin.faults)) {
    Object.assign(fault, { error: null, down: false });
  }
  assertEquals(await notify(ticket), "200 applied");
});

Deno.test("a payment of an order that has ended makes it refund_due", async () => {
  const { origin, order, notify, cancel } = await openShop();
  await using _ = origin;
  const ticket = await order();
  assertEquals((await cancel(ticket)).body.status, "cancelled");
  assertEquals(await notify(ticket), "200 refund_due");
  const [row] = await origin.book.findOrders([ticket]);
  assertEquals([row?.status, row?.reason], ["refund_due", "by_buyer"]);
});

Deno.test("a webhook without any key is 503 and says so", async () => {
  const payment = { ...FIXTURE_PAYMENT, gateway: "none", webhookKeys: [] };
  const { origin, order, notify } = await openShop({ payment, gateway: openGateway(payment) });
  await using _ = origin;
  assertEquals(await notify(await order()), "503 unavailable");
});

Deno.test("a payment begins for the owner of an unpaid order", async () => {
  const { origin, order, pay } = await openShop();
  await using _ = origin;
  const ticket = await order();
  const { status, body } = await pay(ticket);
  assertEquals([status, body.paymentId], [201, `sandbox-${ticket}`]);
  assertEquals(body.redirectUrl.startsWith("http://shop.test/sandbox/pay/"), true);
  assertEquals((await pay(ticket)).body, body, "again the same");
  const other = await pay(ticket, "bob");
  assertEquals([other.status, other.body.code], [404, "not_found"]);
});

Deno.test("a payment does not begin before the order is written, or after it ended", async () => {
  const { origin, reserve, notify, pay, cancel } = await openShop();
  await using _ = origin;
  const ticket = await reserve();
  const early = await pay(ticket);
  assertEquals([early.status, early.body.code, early.body.orderStatus], [
    409,
    "not_payable",
    "processing",
  ]);
  assertEquals(early.headers.get("retry-after"), "1");
  await origin.drain();
  const [row] = await origin.book.findOrders([ticket]);
  origin.now = row!.payBy - 1;
  assertEquals((await pay(ticket)).status, 201);
  origin.now = row!.payBy;
  const late = await pay(ticket);
  assertEquals([late.status, late.body.detail], [409, "The time to pay is over"]);
  assertEquals(late.headers.get("retry-after"), null);
  await notify(ticket);
  assertEquals((await pay(ticket)).body.detail, "The order is paid");
  const others = await reserve("bob");
  await origin.drain();
  await cancel(others, "bob");
  assertEquals((await pay(others, "bob")).body.detail, "The order is cancelled");
});

Deno.test("a payment is 503 in clear words without a gateway, and when it fails", async () => {
  const payment = { ...FIXTURE_PAYMENT, gateway: "none" };
  const none = await openShop({ payment, gateway: openGateway(payment) });
  await using _none = none.origin;
  const ticket = await none.order();
  const refused = await none.pay(ticket);
  assertEquals([refused.status, refused.body.code, refused.body.detail], [
    503,
    "unavailable",
    "No payment gateway is set up here; pay in the shop",
  ]);
  assertEquals(await none.notify(ticket), "200 applied", "the webhook works all the same");

  const failing = { ...openGateway(FIXTURE_PAYMENT), createPayment: () => Promise.reject("no") };
  const broken = await openShop({ gateway: Object.assign(openGateway(FIXTURE_PAYMENT), failing) });
  await using _broken = broken.origin;
  assertEquals(
    (await broken.pay(await broken.order())).body.detail,
    "The payment provider is away",
  );
});

Deno.test("a buyer cancels what is unpaid, once, and the stock is asked for at once", async () => {
  const { origin, item, order, notify, cancel } = await openShop();
  await using _ = origin;
  const ticket = await order();
  assertEquals((await cancel(ticket, "bob")).status, 404);
  const { status, body } = await cancel(ticket);
  assertEquals([status, body.ticket, body.status, body.reason], [
    200,
    ticket,
    "cancelled",
    "by_buyer",
  ]);
  assertEquals(origin.restores, 1);
  const events = await origin.book.pendingStockEvents(10);
  assertEquals(events.map(({ kind, delta, item }) => [kind, delta, item]), [["restock", 1, item]]);
  const again = await cancel(ticket);
  assertEquals([again.status, again.body.code, again.body.orderStatus], [
    409,
    "not_cancellable",
    "cancelled",
  ]);
  const paid = await order("bob");
  await notify(paid);
  assertEquals((await cancel(paid, "bob")).body.detail, "The order is paid");
  assertEquals(origin.restores, 1);
});

Deno.test("a buyer cannot cancel what is not written yet, and hears when to ask", async () => {
  const { origin, reserve, cancel } = await openShop();
  await using _ = origin;
  const ticket = await reserve();
  const early = await cancel(ticket);
  assertEquals([early.status, early.headers.get("retry-after")], [409, "1"]);
  assertEquals((await cancel("nonsense")).status, 404);
  origin.faults.book.error = new DatabaseError("unavailable", "away");
  origin.faults.ledger.down = true;
  assertEquals((await cancel(ticket)).status, 503);
});

Deno.test("requests of edges that break the rules are 400, and of others 401", async () => {
  const { origin, order, post } = await openShop();
  await using _ = origin;
  const ticket = await order();
  for (const body of [{}, null, { userId: "a b" }, { userId: "ann", returnUrl: "javascript:1" }]) {
    assertEquals((await post(`/orders/${ticket}/payment`, body)).status, 400);
  }
  assertEquals((await post(`/orders/${ticket}/cancel`, { userId: 7 })).status, 400);
  for (const path of [`/orders/${ticket}/payment`, "/payments/webhook", "/sandbox/x"]) {
    const response = await origin.app.request(`/internal${path}`, { method: "POST", body: "{}" });
    assertEquals(response.status, 401);
    await response.body?.cancel();
  }
});
