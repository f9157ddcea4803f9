import { assertEquals, assertMatch } from "@std/assert";
import { signWebhook } from "../../../origin/payments/webhook_signature.ts";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "./own_database.ts";
import { askOrder, keyOf, sendNotice, tellPayment } from "./payment_calls.ts";
import { call, TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** Runs a walk on each profile, on a system of its own. */
function onBothProfiles(name: string, walk: (shop: TestShop) => Promise<void>) {
  Deno.test(`embedded: ${name}`, async () => {
    const system = await startSystem("embedded");
    try {
      await walk(new TestShop(system));
    } finally {
      assertEquals(await system.stop("SIGINT"), 0, system.output());
    }
  });
  Deno.test(`services: ${name}`, async () => {
    await withDatabase(serviceFor("MYSQL_URL"), async (mysqlUrl) => {
      const system = await startSystem("services", {
        REDIS_URL: serviceFor("REDIS_URL"),
        AMQP_URL: serviceFor("AMQP_URL"),
        MYSQL_URL: mysqlUrl,
        NAMESPACE: uniqueName("e2e"),
      });
      try {
        await walk(new TestShop(system));
      } finally {
        assertEquals(await system.stop("SIGTERM"), 0, system.output());
      }
    });
  });
}

/** A buyer with an order that is written. */
async function orderOf(shop: TestShop, sale: { saleId: number; productId: number }, user: string) {
  const token = await shop.signIn(user);
  const { body } = await shop.buy(sale, token);
  const ticket = body.ticket as string;
  await shop.writtenOrder(ticket, token);
  return { ticket, token };
}

const gist = ({ status, body }: { status: number; body: { outcome?: string; code?: string } }) =>
  `${status} ${body.outcome ?? body.code}`;

/** The order, once it has a status. */
function orderIn(shop: TestShop, ticket: string, token: string, status: string) {
  return waitFor(`${ticket} to be ${status}`, async () => {
    const { body } = await shop.order(ticket, token);
    return body.status === status ? body : null;
  });
}

onBothProfiles("a payment counts once, whatever the provider tells", async (shop) => {
  const sale = await shop.openSale(5);
  const { ticket, token } = await orderOf(shop, sale, "ann");
  assertEquals(gist(await tellPayment(shop, ticket, { amount: 2499 })), "422 wrong_amount");
  assertEquals(gist(await tellPayment(shop, ticket, { currency: "USD" })), "422 wrong_amount");
  assertEquals(gist(await tellPayment(shop, ticket, { type: "payment.failed" })), "200 ignored");

  const both = await Promise.all([tellPayment(shop, ticket), tellPayment(shop, ticket)]);
  assertEquals(both.map(gist).sort(), ["200 applied", "200 known"]);
  assertEquals((await shop.order(ticket, token)).body.status, "paid");
  assertEquals(gist(await tellPayment(shop, ticket)), "200 known");

  const extra = { eventId: "event-extra", paymentId: "payment-extra" };
  assertEquals(gist(await tellPayment(shop, ticket, extra)), "200 refund_due");
  await waitFor("the extra payment to go back", async () => {
    const { body } = await shop.admin("GET", `/payments?ticket=${ticket}&state=refunded`);
    return body.total === 1 ? true : null;
  });
  assertEquals((await shop.order(ticket, token)).body.status, "paid");
  assertEquals(gist(await askOrder(shop, ticket, "payment", token)), "409 not_payable");
  assertEquals(gist(await askOrder(shop, ticket, "cancel", token)), "409 not_cancellable");
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.paid, proof.remaining, proof.violations], [true, 1, 4, []]);
});

onBothProfiles("a notification that is not signed, or for nobody, is refused", async (shop) => {
  const sale = await shop.openSale(5);
  const { ticket } = await orderOf(shop, sale, "ann");
  const nowS = Math.floor(Date.now() / 1_000);
  const key = keyOf(shop);
  assertEquals(gist(await sendNotice(shop, "{}")), "401 unauthenticated");
  const refused = [signWebhook(`${key}x`, "{}", nowS), signWebhook(key, "{}", nowS - 400), "t=1"];
  for (const signature of refused) {
    assertEquals(gist(await sendNotice(shop, "{}", signature)), "401 unauthenticated");
  }
  assertEquals(gist(await sendNotice(shop, "{", signWebhook(key, "{", nowS))), "400 invalid");
  const large = "x".repeat(70_000);
  const signed = signWebhook(key, large, nowS);
  assertEquals(gist(await sendNotice(shop, large, signed)), "413 too_large");
  const strangers = ["x", ticket.replace("ann", "eve"), `${ticket}9`, `9${ticket}`];
  for (const stranger of strangers) {
    assertEquals(gist(await tellPayment(shop, stranger)), "404 not_found", stranger);
  }
  const rotated = `${signWebhook(`${key}x`, "{}", nowS)},v1=${
    signWebhook(key, "{}", nowS).split("v1=")[1]
  }`;
  assertEquals(gist(await sendNotice(shop, "{}", rotated)), "400 invalid");
});

onBothProfiles("a payment that comes too late is given back", async (shop) => {
  const sale = await shop.openSale(1, { sale: { paymentWindowS: 1 } });
  const { ticket, token } = await orderOf(shop, sale, "late");
  const ended = await orderIn(shop, ticket, token, "cancelled");
  assertEquals(ended.reason, "expired");
  assertEquals(gist(await askOrder(shop, ticket, "payment", token)), "409 not_payable");
  assertEquals(gist(await tellPayment(shop, ticket)), "200 refund_due");
  const refunded = await orderIn(shop, ticket, token, "refunded");
  assertEquals(refunded.reason, "expired");
  const { body: proof } = await waitFor("the piece to be back", async () => {
    const answer = await shop.proof(sale.saleId);
    return answer.body.remaining === 1 ? answer : null;
  });
  assertEquals([proof.ok, proof.refunded, proof.paid], [true, 1, 0]);
});

onBothProfiles("a cancel gives the piece to the next buyer within a second", async (shop) => {
  const sale = await shop.openSale(1);
  const { ticket, token } = await orderOf(shop, sale, "ann");
  const bob = await shop.signIn("bob");
  await waitFor("the edge to be sold out", async () => {
    const { body } = await call("GET", `${shop.system.edgeUrl}/api/sales/${sale.saleId}`);
    return body.state === "sold_out" ? true : null;
  });
  assertEquals(gist(await askOrder(shop, ticket, "cancel", bob)), "404 not_found");
  assertEquals(gist(await askOrder(shop, ticket, "cancel")), "401 unauthenticated");

  const cancelled = await askOrder(shop, ticket, "cancel", token);
  const since = performance.now();
  assertEquals([cancelled.status, cancelled.body.status, cancelled.body.reason], [
    200,
    "cancelled",
    "by_buyer",
  ]);
  assertEquals(cancelled.body.receipt.split(".").length, 3);
  await waitFor("the edge to have stock again", async () => {
    const { body } = await call("GET", `${shop.system.edgeUrl}/api/sales/${sale.saleId}`);
    return body.state === "open" && body.items[0].stock === 1 ? true : null;
  });
  const tookMs = Math.round(performance.now() - since);
  console.log(`the edge had the piece ${tookMs} ms after the cancel was answered`);
  assertEquals(gist(await askOrder(shop, ticket, "cancel", token)), "409 not_cancellable");
  assertEquals(gist(await shop.buy(sale, bob)), "201 reserved");
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.cancelled, proof.unpaid, proof.remaining], [true, 1, 1, 0]);
});

onBothProfiles("a buyer pays on the sandbox's page", async (shop) => {
  const sale = await shop.openSale(2);
  const { ticket, token } = await orderOf(shop, sale, "ann");
  assertEquals(gist(await askOrder(shop, ticket, "payment")), "401 unauthenticated");
  const begun = await askOrder(shop, ticket, "payment", token);
  assertEquals(begun.status, 201, JSON.stringify(begun.body));
  const { redirectUrl } = begun.body;
  assertEquals(new URL(redirectUrl).origin, shop.system.edgeUrl);
  const page = await call("GET", redirectUrl);
  assertMatch(page.body, /€25\.00/);
  const press = (action: string) =>
    call("POST", redirectUrl, {
      raw: `action=${action}`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  assertMatch((await press("wrong_amount")).body, /asks for another amount/);
  const paid = await press("pay");
  assertEquals([paid.status, paid.headers.get("location")], [303, `/sales/${sale.saleId}`]);
  assertEquals((await shop.order(ticket, token)).body.status, "paid");
  assertMatch((await press("pay_twice")).body, /the money goes back/);
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.paid], [true, 1]);
});
