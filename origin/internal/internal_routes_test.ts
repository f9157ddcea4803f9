import { assertEquals } from "@std/assert";
import { EDGE_KEY_HEADER, type InternalBuys } from "../../shared/internal_api.ts";
import { FIXTURE_SECRETS, FIXTURE_START, OriginFixture } from "../testing/origin_fixture.ts";

async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, (await response.json()).code];
}

Deno.test("/internal takes the edge key and nothing that only resembles it", async () => {
  await using origin = await OriginFixture.open();
  const key = FIXTURE_SECRETS.edgeKey;
  const wrong = [null, "", key.slice(0, -1), `${key}x`, key.toUpperCase(), `Bearer ${key}`];
  for (const given of wrong) {
    const headers = new Headers(given === null ? {} : { [EDGE_KEY_HEADER]: given });
    for (const path of ["/snapshot", "/buys", "/orders?userId=a", "/orders/x", "/nothing"]) {
      const method = path === "/buys" ? "POST" : "GET";
      const response = await origin.app.request(`/internal${path}`, { method, headers });
      assertEquals(await codeOf(response), [401, "unauthenticated"], `${given} ${path}`);
    }
  }
  assertEquals((await origin.internal("/snapshot")).status, 503);
});

Deno.test("POST /internal/buys hands a batch to the desk and its answers back", async () => {
  const seen: InternalBuys[] = [];
  await using origin = await OriginFixture.open({
    desk: {
      decide(request) {
        seen.push(request);
        return Promise.resolve({
          answers: [{ outcome: "sold_out" }],
          stock: [{ saleId: 1, productId: 2, stock: 0 }],
        });
      },
    },
  });
  const batch = { v: 1, budgetMs: 500, buys: [[1, 2, "ann", 1, "k", 0]] };
  const response = await origin.internal("/buys", { method: "POST", body: JSON.stringify(batch) });
  assertEquals(response.status, 200);
  assertEquals(await response.json(), {
    answers: [{ outcome: "sold_out" }],
    stock: [{ saleId: 1, productId: 2, stock: 0 }],
  });
  assertEquals(seen as unknown, [batch]);
});

Deno.test("POST /internal/buys refuses what is malformed or too large", async () => {
  await using origin = await OriginFixture.open();
  for (const body of ["", "{", "null", "[]", '{"v":1,"budgetMs":1,"buys":[]}']) {
    const response = await origin.internal("/buys", { method: "POST", body });
    assertEquals(await codeOf(response), [400, "invalid"], body);
  }
  for (const bytes of [1024 * 1024 + 1, 10_000_000]) {
    const response = await origin.internal("/buys", { method: "POST", body: "x".repeat(bytes) });
    assertEquals(await codeOf(response), [413, "too_large"]);
  }
});

Deno.test("GET /internal/snapshot tells the sales once and the stock always", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock: 7 });
  const first = await (await origin.internal("/snapshot")).json();
  assertEquals(first.serverNow, FIXTURE_START + origin.waits.reduce((sum, ms) => sum + ms, 0));
  assertEquals(first.live, [{ saleId, productId, stock: 7 }]);
  const [sale] = first.sales;
  assertEquals([sale.saleId, sale.title, sale.closed, sale.paused], [
    saleId,
    "Spring",
    false,
    false,
  ]);
  assertEquals(sale.items, [{
    productId,
    price: 9_900,
    currency: "CNY",
    perUserLimit: 2,
    stock: 7,
    product: { productId, name: "Kettle", subtitle: "", description: "", images: [] },
  }]);

  const again = await (await origin.internal(`/snapshot?have=${first.version}`)).json();
  assertEquals([again.version, again.sales, again.live], [first.version, undefined, first.live]);

  await origin.admin("POST", `/sales/${saleId}/pause`);
  const changed = await (await origin.internal(`/snapshot?have=${first.version}`)).json();
  assertEquals([changed.version !== first.version, changed.sales[0].paused], [true, true]);
});

Deno.test("GET /internal/snapshot tells the lists until they are known, and what expired", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const listsFor = async (have: string) =>
    (await (await origin.internal(`/snapshot?lists=${have}`)).json()).lists;
  const first = await listsFor("");
  assertEquals(first, {
    version: first.version,
    blockedUsers: [],
    blockedCidrs: [],
    users: [],
    expiredHolds: [],
  });
  assertEquals(await listsFor(first.version), undefined);

  const [{ ticket }] = await origin.buy([saleId, productId, "ann", 1, "a", 0]);
  await origin.drain();
  origin.now += 1_000_000;
  assertEquals(await origin.unpaid.cancelOrders([ticket], "expired"), ["cancelled"]);
  await origin.lists.refreshHolds();
  assertEquals((await listsFor(first.version)).expiredHolds, [[saleId, "ann", 1]]);

  // Kept while the database is away.
  origin.faults.customers.error = new Error("away");
  await origin.lists.refresh().catch(() => {});
  assertEquals((await listsFor("")).expiredHolds, [[saleId, "ann", 1]]);
});

Deno.test("GET /internal/snapshot has no stock while the ledger is away, and does not fail", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  for (const fault of [{ down: true }, { down: false, error: new Error("ECONNRESET") }]) {
    origin.now += 1_000;
    Object.assign(origin.faults.ledger, fault);
    const response = await origin.internal("/snapshot");
    assertEquals(response.status, 200);
    assertEquals((await response.json()).live, [{ saleId, productId, stock: null }]);
  }
});

Deno.test("GET /internal/snapshot is unavailable before the sales were read", async () => {
  await using origin = await OriginFixture.open();
  assertEquals(await codeOf(await origin.internal("/snapshot")), [503, "unavailable"]);
});

Deno.test("GET /internal/orders/:ticket is for the ticket's own user", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const [{ ticket }] = await origin.buy([saleId, productId, "ann@shop.example", 2, "k", 0]);
  await origin.drain();
  const path = `/orders/${encodeURIComponent(ticket)}`;
  const mine = await origin.internal(`${path}?userId=ann@shop.example`);
  assertEquals(mine.status, 200);
  const order = await mine.json();
  assertEquals([order.ticket, order.status, order.amount], [ticket, "unpaid", 19_800]);
  assertEquals(await codeOf(await origin.internal(`${path}?userId=bob`)), [404, "not_found"]);
  assertEquals(await codeOf(await origin.internal(path)), [400, "invalid"]);
  assertEquals(await codeOf(await origin.internal(`${path}?userId=`)), [400, "invalid"]);
  for (const other of ["x", "1-1", "%", "%E0%A4%A", `${ticket}0`, `${ticket.slice(0, -1)}9`]) {
    const response = await origin.internal(`/orders/${other}?userId=ann@shop.example`);
    assertEquals(await codeOf(response), [404, "not_found"], other);
  }
});

Deno.test("GET /internal/orders lists a user's orders, newest first", async () => {
  await using origin = await OriginFixture.open();
  const first = await origin.openSale();
  const second = await origin.openSale();
  for (const { saleId, productId } of [first, second]) {
    await origin.buy([saleId, productId, "ann", 1, "k", 0], [saleId, productId, "bob", 1, "k", 0]);
    await origin.drain();
  }
  const page = await (await origin.internal("/orders?userId=ann&page=1&per=1")).json();
  assertEquals([page.page, page.per, page.total], [1, 1, 2]);
  assertEquals(page.items.map((order: { saleId: number }) => order.saleId), [second.saleId]);
  const rest = await (await origin.internal("/orders?userId=ann&page=2&per=1")).json();
  assertEquals(rest.items.map((order: { saleId: number }) => order.saleId), [first.saleId]);
  const far = await (await origin.internal("/orders?userId=ann&page=999999999")).json();
  assertEquals(far, { items: [], page: 999_999_999, per: 20, total: 2 });
  for (
    const query of ["", "userId=", "userId=a%20b", "userId=a&per=0", "userId=a&per=201"]
      .concat(["userId=a&page=0", "userId=a&page=x", "userId=a&page=-1", "userId=a&per="])
  ) {
    assertEquals(await codeOf(await origin.internal(`/orders?${query}`)), [400, "invalid"], query);
  }
});
