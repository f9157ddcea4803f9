import { assertEquals } from "@std/assert";
import { ShopServer } from "../../../origin/webhook/testing/shop_server.ts";
import { serviceFor, uniqueName } from "../../testing/services_env.ts";
import { withDatabase } from "./own_database.ts";
import { askOrder, tellPayment } from "./payment_calls.ts";
import { TestShop } from "./shop.ts";
import { startSystem, type TestSystem, waitFor } from "./system.ts";

const KEY = "key-of-the-shop-0123456789";

/** A buyer pays, another one goes; the shop is away at first, and hears it all. */
async function walk(system: TestSystem, server: ShopServer): Promise<void> {
  const shop = new TestShop(system);
  server.answers.push(500);
  const sale = await shop.openSale(5);
  const tickets: string[] = [];
  for (const user of ["ann", "bob"]) {
    const token = await shop.signIn(user);
    const { body } = await shop.buy(sale, token);
    tickets.push(body.ticket);
    await shop.writtenOrder(body.ticket, token);
    if (user === "ann") assertEquals((await tellPayment(shop, body.ticket)).status, 200);
    else assertEquals((await askOrder(shop, body.ticket, "cancel", token)).status, 200);
  }
  const told = () =>
    server.received.slice(1).flatMap(({ body }) =>
      body.events.map(({ type, order }) => `${order.userId} ${type}`)
    );
  await waitFor("the shop to hear of it", () => Promise.resolve(told().length >= 4 ? true : null));
  assertEquals(told().toSorted(), [
    "ann order.created",
    "ann order.paid",
    "bob order.cancelled",
    "bob order.created",
  ]);
  assertEquals(server.received.every((one) => one.isSignedWith(KEY, Date.now())), true);
  const test = await shop.admin("POST", "/webhook/test");
  assertEquals([test.status, test.body.delivered], [200, true]);
  const { body } = await shop.admin("GET", "/webhook");
  assertEquals([body.state, body.lag.events, body.failed], ["up_to_date", 0, 0]);
  // Asking instead of being told gives the same.
  const feed = await shop.admin("GET", "/orders/feed?limit=1000");
  assertEquals(
    feed.body.events.map(({ eventId }: { eventId: string }) => eventId),
    server.received.slice(1, -1).flatMap(({ body }) => body.events.map(({ eventId }) => eventId)),
  );
  const listed = await shop.admin("GET", `/orders?saleId=${sale.saleId}&status=paid`);
  assertEquals([listed.body.total, listed.body.items[0].ticket], [1, tickets[0]]);
}

Deno.test("embedded: the shop is told what happens to its orders", async () => {
  await using server = ShopServer.open();
  const system = await startSystem("embedded", {
    SHOP_WEBHOOK_URL: server.url,
    SHOP_WEBHOOK_KEY: KEY,
  });
  try {
    await walk(system, server);
  } finally {
    assertEquals(await system.stop("SIGINT"), 0, system.output());
  }
});

Deno.test("services: the shop is told what happens to its orders", async () => {
  await using server = ShopServer.open();
  await withDatabase(serviceFor("MYSQL_URL"), async (mysqlUrl) => {
    const system = await startSystem("services", {
      REDIS_URL: serviceFor("REDIS_URL"),
      AMQP_URL: serviceFor("AMQP_URL"),
      MYSQL_URL: mysqlUrl,
      NAMESPACE: uniqueName("e2e"),
      SHOP_WEBHOOK_URL: server.url,
      SHOP_WEBHOOK_KEY: KEY,
    });
    try {
      await walk(system, server);
    } finally {
      assertEquals(await system.stop("SIGTERM"), 0, system.output());
    }
  });
});
