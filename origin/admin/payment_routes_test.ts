import { assertEquals } from "@std/assert";
import type { OriginDeps } from "../app.ts";
import { openGateway } from "../payments/gateways.ts";
import { MAX_REFUND_ATTEMPTS } from "../payments/refund_rows.ts";
import { FIXTURE_PAYMENT, OriginFixture } from "../testing/origin_fixture.ts";

/** An origin with one paid order and a second payment of it that is to be given back. */
async function openShop(changes: Partial<OriginDeps> = {}) {
  const origin = await OriginFixture.open(changes);
  const { saleId, productId } = await origin.openSale();
  const [{ ticket }] = await origin.buy([saleId, productId, "ann", 1, "k", 0]);
  await origin.drain();
  for (const name of ["a", "b"]) {
    const notice = { eventId: `e-${name}`, paymentId: `p-${name}`, ticket };
    await origin.payments.takePayment({ ...notice, amount: 9_900, currency: "CNY" });
  }
  const ask = async (method: string, path: string) => {
    const response = await origin.admin(method, `/payments${path}`);
    return { status: response.status, body: await response.json() };
  };
  const { body } = await ask("GET", "?state=refund_due");
  return { origin, ticket, ask, extraId: body.items[0].id as number };
}

Deno.test("payments are listed newest first, by ticket and by state", async () => {
  const { origin, ticket, ask } = await openShop();
  await using _ = origin;
  const { body } = await ask("GET", `?ticket=${ticket}`);
  assertEquals([body.total, body.items.map((one: { paymentId: string }) => one.paymentId)], [
    2,
    ["p-b", "p-a"],
  ]);
  const { id, createdAt, ...rest } = body.items[1];
  assertEquals([typeof id, createdAt], ["number", new Date(origin.now).toISOString()]);
  assertEquals(rest, {
    paymentId: "p-a",
    eventId: "e-a",
    ticket,
    amount: 9_900,
    currency: "CNY",
    state: "applied",
    refundAttempts: 0,
  });
  assertEquals((await ask("GET", "?state=applied&per=1&page=2")).body, {
    items: [],
    page: 2,
    per: 1,
    total: 1,
  });
  assertEquals((await ask("GET", "?ticket=x")).body.total, 0);
  assertEquals((await ask("GET", "?page=999999999")).body.total, 2);
  for (const query of ["?state=gone", "?state=", "?per=201"]) {
    assertEquals((await ask("GET", query)).status, 400, query);
  }
});

Deno.test("a refund that is given up is tried again when an operator says so", async () => {
  const { origin, ask, extraId } = await openShop();
  await using _ = origin;
  for (let n = 1; n <= MAX_REFUND_ATTEMPTS; n += 1) {
    await origin.payments.finishRefund("p-b", { kind: "failed", error: `no ${n}` });
  }
  const stuck = (await ask("GET", "?state=refund_due")).body.items[0];
  assertEquals([stuck.refundAttempts, stuck.refundError, stuck.nextRefundAt], [
    10,
    "no 10",
    undefined,
  ]);
  const { status, body } = await ask("POST", `/${extraId}/retry`);
  assertEquals([status, body.refundAttempts, body.state], [200, 0, "refund_due"]);
  assertEquals((await origin.payments.dueRefunds(10)).length, 1);
});

Deno.test("a refund that was given back by hand is written down once", async () => {
  const { origin, ticket, ask, extraId } = await openShop();
  await using _ = origin;
  const done = await ask("POST", `/${extraId}/refunded`);
  assertEquals([done.status, done.body.state], [200, "refunded"]);
  assertEquals((await origin.book.findOrders([ticket]))[0]?.status, "paid");
  for (const what of ["refunded", "retry"]) {
    const again = await ask("POST", `/${extraId}/${what}`);
    assertEquals([again.status, again.body.code], [409, "conflict"]);
    assertEquals((await ask("POST", `/${extraId - 1}/${what}`)).status, 409, "it is applied");
    assertEquals((await ask("POST", `/999/${what}`)).status, 404);
    assertEquals((await ask("POST", `/x/${what}`)).status, 404);
  }
});

Deno.test("without a gateway refunds are done by hand alone", async () => {
  const gateway = openGateway({ ...FIXTURE_PAYMENT, gateway: "none" });
  const { origin, ask, extraId } = await openShop({ gateway });
  await using _ = origin;
  const retry = await ask("POST", `/${extraId}/retry`);
  assertEquals([retry.status, retry.body.code], [409, "conflict"]);
  assertEquals((await ask("POST", `/${extraId}/refunded`)).body.state, "refunded");
});
