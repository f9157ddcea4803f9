import { assert, assertEquals } from "@std/assert";
import type { SnapshotSale } from "../shared/internal_api.ts";
import { SaleSnapshot, type SaleSnapshotParts } from "./sale_snapshot.ts";
import { startEdge } from "./testing/edge_kit.ts";
import { sampleSale } from "./testing/sample_sale.ts";

const AWAY = () => Promise.reject(new TypeError("connection refused"));
const HANGING = () => new Promise<Response>(() => {});

Deno.test("SaleSnapshot takes a change in within a second", async () => {
  await using kit = await startEdge();
  const title = async () => (await (await kit.edge.app.request("/api/sales/1")).json()).title;
  assertEquals(await title(), "Sale 1");
  kit.origin.change(1, { title: "New title" });
  await kit.timers.advance(400);
  assertEquals(await title(), "New title");
});

Deno.test("SaleSnapshot asks about three times a second", async () => {
  await using kit = await startEdge();
  const before = kit.origin.snapshotCalls;
  await kit.timers.advance(3_000);
  const calls = kit.origin.snapshotCalls - before;
  assert(calls >= 8 && calls <= 11, String(calls));
});

Deno.test("SaleSnapshot keeps the sales while every origin is away", async () => {
  await using kit = await startEdge();
  kit.origin.away = AWAY;
  await kit.timers.advance(60_000);
  for (const path of ["/", "/sales/1", "/api/sales/1", "/api/sales/1/stock", "/api/products/1"]) {
    assertEquals((await kit.edge.app.request(path)).status, 200, path);
  }
});

Deno.test("SaleSnapshot is back within a second and a half after its origins are", async () => {
  await using kit = await startEdge();
  kit.origin.away = AWAY;
  await kit.timers.advance(60_000);
  assertEquals(kit.edge.missing(), ["sale snapshot", "healthy origin"]);
  kit.origin.away = null;
  await kit.timers.advance(1_500);
  assertEquals(kit.edge.missing(), []);
});

Deno.test("SaleSnapshot survives an origin that hangs or talks nonsense", async () => {
  await using kit = await startEdge();
  kit.origin.away = HANGING;
  await kit.timers.advance(6_000);
  assert(kit.edge.missing().includes("sale snapshot"));
  kit.origin.away = () => Promise.resolve(new Response("nonsense"));
  await kit.timers.advance(3_000);
  kit.origin.away = () => Promise.resolve(Response.json({ version: "x", live: null }));
  await kit.timers.advance(3_000);
  kit.origin.away = null;
  kit.origin.publish(sampleSale(2));
  await kit.timers.advance(1_500);
  assertEquals((await kit.edge.app.request("/api/sales/2")).status, 200);
});

Deno.test("An edge that never had a snapshot says 503, not 404", async () => {
  await using kit = await startEdge({
    origins: (fake) => [{ url: "http://origin.test", call: () => fake.away ? AWAY() : AWAY() }],
  });
  for (
    const path of ["/", "/sales/1", "/api/sales", "/api/sales/1", "/api/products/1", "/readyz"]
  ) {
    assertEquals((await kit.edge.app.request(path)).status, 503, path);
  }
  const token = await kit.signIn("ann");
  assertEquals((await kit.buy({ token })).status, 503);
  assertEquals((await kit.edge.app.request("/healthz")).status, 200);
});

Deno.test("/readyz says what is missing", async () => {
  await using kit = await startEdge();
  const read = async () => {
    const response = await kit.edge.app.request("/readyz");
    return [response.status, (await response.json()).missing];
  };
  assertEquals(await read(), [200, undefined]);
  kit.origin.away = AWAY;
  await kit.timers.advance(4_900);
  assertEquals(await read(), [503, ["healthy origin"]]);
  await kit.timers.advance(200);
  assertEquals(await read(), [503, ["sale snapshot", "healthy origin"]]);
  kit.origin.away = null;
  await kit.timers.advance(1_500);
  kit.edge.drain();
  assertEquals(await read(), [503, ["draining"]]);
});

Deno.test("SaleSnapshot takes the sales of an origin that knows of no rules yet", async () => {
  await using kit = await startEdge();
  const { claims: _, ...older } = sampleSale(1);
  kit.origin.sales = [older as SnapshotSale];
  kit.origin.version += 1;
  await kit.refresh();
  const token = await kit.signIn("ann");
  assertEquals((await kit.buy({ token })).status, 201);
});

Deno.test("SaleSnapshot tells the stock while long lists are read, and new sales after them", async () => {
  const told: string[] = [];
  const listsRead = Promise.withResolvers<string[]>();
  const text = JSON.stringify({ version: "1", live: [], lists: {}, sales: [] });
  const parts = {
    pool: { callSteadily: () => Promise.resolve({ status: 200, text }) },
    index: { replace: () => told.push("sales"), applyLive: () => told.push("stock") },
    lists: { version: "", take: () => listsRead.promise },
    products: { version: "", take: () => {} },
    clock: () => 0,
    onSales: () => told.push("done"),
  };
  const snapshot = new SaleSnapshot(parts as unknown as SaleSnapshotParts);
  const refreshed = snapshot.refresh();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([...told, snapshot.loaded], ["stock", false]);
  listsRead.resolve([]);
  assertEquals(await refreshed, true);
  assertEquals([...told, snapshot.loaded], ["stock", "sales", "stock", "done", true]);
});
