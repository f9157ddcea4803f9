import { assert, assertEquals, assertMatch } from "@std/assert";
import { serviceFor } from "../../testing/services_env.ts";
import { uniqueName } from "../../testing/services_env.ts";
import { call, TestShop } from "./shop.ts";
import { startSystem, type TestSystem, waitFor } from "./system.ts";
import { withDatabase } from "./own_database.ts";

/** Runs a walk on each profile, on a system of its own. */
function onBothProfiles(name: string, walk: (shop: TestShop, system: TestSystem) => Promise<void>) {
  Deno.test(`embedded: ${name}`, async () => {
    const system = await startSystem("embedded");
    try {
      await walk(new TestShop(system), system);
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
        await walk(new TestShop(system), system);
      } finally {
        assertEquals(await system.stop("SIGTERM"), 0, system.output());
      }
    });
  });
}

onBothProfiles("a buyer buys, retries, and finds the order with its receipt", async (shop) => {
  const sale = await shop.openSale(3, { perUserLimit: 2 });
  const ann = await shop.signIn("ann-1@shop.example");

  const first = await shop.buy(sale, ann, { key: "key-1", quantity: 2 });
  assertEquals(first.status, 201, JSON.stringify(first.body));
  assertEquals(first.body.outcome, "reserved");
  assertMatch(first.body.payBy, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

  const again = await shop.buy(sale, ann, { key: "key-1", quantity: 2 });
  assertEquals([again.status, again.body], [200, first.body]);
  const other = await shop.buy(sale, ann, { key: "key-1", quantity: 1 });
  assertEquals([other.status, other.body.code], [422, "idempotency_mismatch"]);
  const second = await shop.buy(sale, ann, { key: "key-2" });
  assertEquals([second.status, second.body.code], [409, "already_bought"]);
  assertEquals(second.body.ticket, first.body.ticket);

  const { body: order } = await shop.writtenOrder(first.body.ticket, ann);
  assertEquals(
    [order.status, order.quantity, order.amount, order.currency],
    ["unpaid", 2, 5000, "EUR"],
  );
  assertEquals(order.receipt.split(".").length, 3);
  const mine = await call("GET", `${shop.system.edgeUrl}/api/orders`, { token: ann });
  assertEquals([mine.body.total, mine.body.items[0].ticket], [1, first.body.ticket]);

  const bob = await shop.signIn("bob");
  assertEquals((await shop.order(first.body.ticket, bob)).status, 404);
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.stock, proof.remaining, proof.unpaid], [true, 3, 1, 2]);
});

onBothProfiles("the same user buying 1,000 times at once gets one ticket", async (shop) => {
  const sale = await shop.openSale(5_000);
  const token = await shop.signIn("keen");
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, at) => shop.buy(sale, token, { key: `k${at % 10}` })),
  );
  const tickets = new Set(answers.map((answer) => answer.body.ticket));
  assertEquals(tickets.size, 1, [...tickets].join(" "));
  const byStatus = Map.groupBy(answers, (answer) => answer.status);
  assertEquals([...byStatus.keys()].filter((status) => ![200, 201, 202, 409].includes(status)), []);
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.unpaid], [true, 1]);
});

onBothProfiles(
  "a winner whose answer was cut off hears his ticket after the sell-out",
  async (shop) => {
    const sale = await shop.openSale(1);
    const ann = await shop.signIn("ann");
    const bob = await shop.signIn("bob");
    await cutOff(shop, sale.saleId, { productId: sale.productId }, ann, "lost-answer");
    await waitFor("the cut-off buy to count", async () => {
      const { body } = await shop.proof(sale.saleId);
      return body.remaining === 0 ? true : null;
    });
    assertEquals((await shop.buy(sale, bob, { key: "late" })).body.code, "sold_out");
    await waitFor("the sale page to say sold out", async () => {
      const { body } = await call("GET", `${shop.system.edgeUrl}/api/sales/${sale.saleId}`);
      return body.state === "sold_out" ? true : null;
    });
    const again = await shop.buy(sale, ann, { key: "lost-answer" });
    assertEquals([again.status, again.body.outcome], [200, "reserved"]);
    const repeated = await shop.buy(sale, ann, { key: "lost-answer" });
    assertEquals([repeated.status, repeated.body], [200, again.body]);
    assertEquals((await shop.writtenOrder(again.body.ticket, ann)).body.status, "unpaid");
  },
);

onBothProfiles("pause, resume, top-up and close reach the buyers within a second", async (shop) => {
  const sale = await shop.openSale(1);
  const path = `/sales/${sale.saleId}`;
  const codeWithinASecond = async (expected: string, user: string) => {
    const token = await shop.signIn(user);
    const deadline = Date.now() + 1_000;
    let last = "";
    while (Date.now() < deadline) {
      const { body } = await shop.buy(sale, token);
      last = body.code ?? body.outcome;
      if (last === expected) return;
    }
    assertEquals(last, expected);
  };
  assertEquals((await shop.admin("POST", `${path}/pause`)).status, 200);
  await codeWithinASecond("paused", "u1");
  assertEquals((await shop.admin("POST", `${path}/resume`)).status, 200);
  await codeWithinASecond("reserved", "u2");
  await codeWithinASecond("sold_out", "u3");
  const raised = await shop.admin("POST", `${path}/items/${sale.productId}/stock`, { delta: 2 });
  assertEquals(raised.status, 200, JSON.stringify(raised.body));
  await codeWithinASecond("reserved", "u4");
  const tooMuch = await shop.admin("POST", `${path}/items/${sale.productId}/stock`, { delta: -2 });
  assertEquals(tooMuch.status, 409);
  assertEquals((await shop.admin("POST", `${path}/close`)).status, 200);
  await codeWithinASecond("ended", "u5");
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals([proof.ok, proof.stock, proof.remaining, proof.unpaid], [true, 3, 1, 2]);
});

onBothProfiles("a crowd gets exactly the stock, and every ticket has its order", async (shop) => {
  const sale = await shop.openSale(50);
  const tokens = await Promise.all(Array.from({ length: 300 }, (_, at) => shop.signIn(`u${at}`)));
  const answers = await Promise.all(
    tokens.map((token, at) => shop.buy(sale, token, { key: `k${at}` })),
  );
  const won = answers.flatMap((answer, at) =>
    answer.body.ticket ? [{ answer, token: tokens[at]! }] : []
  );
  assertEquals(won.length, 50);
  assertEquals(answers.filter((answer) => answer.status >= 500).length, 0);
  const { body: proof } = await shop.proofAtRest(sale.saleId);
  assertEquals(
    [proof.ok, proof.remaining, proof.unpaid, proof.violations],
    [true, 0, 50, []],
  );
  for (const { answer, token } of won) {
    assertEquals((await shop.order(answer.body.ticket, token)).body.status, "unpaid");
  }
  const { body: orders } = await shop.admin("GET", `/orders?saleId=${sale.saleId}&per=200`);
  assertEquals(orders.total, 50);
  assert(new Set(orders.items.map((order: { userId: string }) => order.userId)).size === 50);
});

/** Sends a buy over a raw connection and cuts it before any answer can be read. */
async function cutOff(
  shop: TestShop,
  saleId: number,
  body: unknown,
  token: string,
  key: string,
): Promise<void> {
  const { hostname, port } = new URL(shop.system.edgeUrl);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const text = JSON.stringify(body);
  await connection.write(new TextEncoder().encode(
    `POST /api/sales/${saleId}/buy HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${token}\r\n` +
      `idempotency-key: ${key}\r\ncontent-type: application/json\r\n` +
      `content-length: ${text.length}\r\n\r\n${text}`,
  ));
  connection.close();
}
