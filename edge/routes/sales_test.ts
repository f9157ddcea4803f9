import { assertEquals } from "@std/assert";
import { saleListSchema, saleSchema, stockSchema } from "../public_api.ts";
import { type EdgeKit, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS, sampleItem, sampleSale } from "../testing/sample_sale.ts";

async function get(kit: EdgeKit, path: string) {
  const response = await kit.edge.app.request(path);
  return { status: response.status, body: await response.json() };
}

Deno.test("GET /api/sales/{saleId} shows the sale", async () => {
  await using kit = await startEdge();
  const { status, body } = await get(kit, "/api/sales/1");
  assertEquals(status, 200);
  assertEquals(body, {
    saleId: 1,
    title: "Sale 1",
    startsAt: "2030-01-15T11:00:00.000Z",
    endsAt: "2030-01-15T13:00:00.000Z",
    minLevel: 0,
    state: "open",
    serverNow: "2030-01-15T12:00:00.000Z",
    items: [{
      productId: 1,
      name: "Product 1",
      price: 1_999,
      currency: "EUR",
      stock: 10,
      perUserLimit: 1,
    }],
  });
  saleSchema.parse(body);
});

Deno.test("GET /api/sales/{saleId} tells the state at the time of asking", async () => {
  await using kit = await startEdge();
  kit.origin.publish(
    sampleSale(2, { startsAt: SAMPLE_NOW_MS + 2_000, endsAt: SAMPLE_NOW_MS + 4_000 }),
  );
  await kit.refresh();
  const state = async () => (await get(kit, "/api/sales/2")).body.state;
  assertEquals(await state(), "upcoming");
  kit.origin.away = () => Promise.reject(new TypeError("refused"));
  await kit.timers.advance(1_600);
  assertEquals(await state(), "open");
  await kit.timers.advance(2_000);
  assertEquals(await state(), "ended");
});

Deno.test("GET /api/sales/{saleId} escapes what operators write", async () => {
  await using kit = await startEdge();
  const title = '"}</script>\u2028\n\\';
  kit.origin.publish(sampleSale(2, { title }));
  await kit.refresh();
  assertEquals((await get(kit, "/api/sales/2")).body.title, title);
});

Deno.test("GET /api/sales/{saleId}/stock follows the snapshot", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(2, { items: [sampleItem(1, { stock: -1 }), sampleItem(3)] }));
  await kit.refresh();
  const read = async () => (await get(kit, "/api/sales/2/stock")).body;
  assertEquals((await read()).items, [{ productId: 1, stock: -1 }, { productId: 3, stock: 10 }]);
  kit.origin.stock.set("2-3", 4);
  await kit.refresh();
  const body = await read();
  assertEquals(body.items[1], { productId: 3, stock: 4 });
  assertEquals(body.serverNow, new Date(kit.timers.nowMs).toISOString());
  stockSchema.parse(body);
  kit.origin.stock.set("2-3", null);
  await kit.refresh();
  assertEquals((await read()).items[1], { productId: 3, stock: 4 });
});

Deno.test("GET /api/sales lists pages", async () => {
  await using kit = await startEdge();
  for (let id = 2; id <= 25; id += 1) kit.origin.publish(sampleSale(id));
  await kit.refresh();
  const ids = async (query: string) => {
    const { body } = await get(kit, `/api/sales${query}`);
    saleListSchema.parse(body);
    return [body.items.map((sale: { saleId: number }) => sale.saleId), body.page, body.total];
  };
  assertEquals((await ids(""))[0].length, 20);
  assertEquals(await ids("?page=2&per=3"), [[22, 21, 20], 2, 25]);
  assertEquals(await ids("?page=2"), [[5, 4, 3, 2, 1], 2, 25]);
  assertEquals(await ids("?page=999999999&per=200"), [[], 999_999_999, 25]);
});

Deno.test("GET /api/sales refuses pages that are none", async () => {
  await using kit = await startEdge();
  for (
    const query of [
      "page=0",
      "page=-1",
      "page=1.5",
      "page=x",
      "page=",
      "page=1e3",
      "per=0",
      "per=201",
      "per=",
      "per=99999999999999999999",
      "page=%00",
    ]
  ) {
    const { status, body } = await get(kit, `/api/sales?${query}`);
    assertEquals([status, body.code, body.errors.length], [400, "invalid", 1], query);
  }
});

Deno.test("GET /api/products/{productId} shows a product of a published sale", async () => {
  await using kit = await startEdge();
  const { body } = await get(kit, "/api/products/1");
  assertEquals(body, {
    productId: 1,
    name: "Product 1",
    subtitle: "A fine thing",
    description: "Made to be wanted.",
    images: [],
    price: 1_999,
    currency: "EUR",
    saleIds: [1],
  });
});

Deno.test("Ids that nobody has are 404, whatever they look like", async () => {
  await using kit = await startEdge();
  const before = kit.origin.snapshotCalls;
  for (
    const id of ["abc", "0", "-1", "1.5", "2", "01", "1e1", "9".repeat(40), "%00", "constructor"]
  ) {
    for (const path of [`/api/sales/${id}`, `/api/sales/${id}/stock`, `/api/products/${id}`]) {
      const { status, body } = await get(kit, path);
      assertEquals([status, body.code], [404, "unknown_item"], path);
    }
  }
  assertEquals(kit.origin.snapshotCalls, before);
});
