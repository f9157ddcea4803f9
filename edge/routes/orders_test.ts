import { assertEquals } from "@std/assert";
import { isoTime } from "../../shared/clock.ts";
import { orderListSchema, orderSchema } from "../public_api.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { sampleSale } from "../testing/sample_sale.ts";

function get(kit: EdgeKit, path: string, token?: string): Promise<Response> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return Promise.resolve(kit.edge.app.request(path, { headers }));
}

Deno.test("GET /api/orders/{ticket} shows a buyer his order", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("a.n-n@shop_1");
  const { ticket } = await (await kit.buy({ token })).json();
  const order = await (await get(kit, `/api/orders/${ticket}`, token)).json();
  assertEquals([order.ticket, order.status, order.amount], [ticket, "unpaid", 1_999]);
  orderSchema.parse(order);
});

Deno.test("GET /api/orders/{ticket} of somebody else, or of nobody, is 404 at the edge", async () => {
  await using kit = await startEdge();
  const ann = await kit.signIn("ann");
  const bob = await kit.signIn("bob");
  const { ticket } = await (await kit.buy({ token: ann })).json();
  kit.origin.away = () => Promise.reject(new Error("must not be asked"));
  const tickets = [
    ticket,
    "nonsense",
    "1-1-bob-7",
    "1-1-ann-1000000001x",
    "%2e%2e%2fsnapshot",
    "1-1-bob-1e10",
    `1-1-${"b".repeat(70)}-1000000001`,
  ];
  for (const one of tickets) {
    assertEquals(await gist(get(kit, `/api/orders/${one}`, bob)), "404 not_found", one);
  }
});

Deno.test("GET /api/orders/{ticket} that the origin does not know is 404", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  assertEquals(await gist(get(kit, "/api/orders/1-1-ann-1000000077", token)), "404 not_found");
});

Deno.test("GET /api/orders lists mine, newest first, in pages", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(2));
  await kit.refresh();
  const token = await kit.signIn("ann");
  for (const saleId of [1, 2]) await (await kit.buy({ token, saleId })).body?.cancel();
  await (await kit.buy({ token: await kit.signIn("bob") })).body?.cancel();
  const all = await (await get(kit, "/api/orders", token)).json();
  orderListSchema.parse(all);
  assertEquals([all.items.map((one: { saleId: number }) => one.saleId), all.total], [[2, 1], 2]);
  assertEquals(all.serverNow, isoTime(kit.timers.clock()));
  const second = await (await get(kit, "/api/orders?page=2&per=1", token)).json();
  assertEquals([second.items[0].saleId, second.page, second.per], [1, 2, 1]);
  assertEquals(await gist(get(kit, "/api/orders?per=0", token)), "400 invalid");
});

Deno.test("Orders want a session", async () => {
  await using kit = await startEdge();
  for (const path of ["/api/orders", "/api/orders/1-1-ann-1000000001", "/api/orders?per=0"]) {
    assertEquals(await gist(get(kit, path)), "401 unauthenticated");
    assertEquals(await gist(get(kit, path, "forged")), "401 unauthenticated");
  }
});

Deno.test("Orders are asked a second time, then 503", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  let calls = 0;
  kit.origin.away = () => {
    calls += 1;
    return Promise.reject(new TypeError("refused"));
  };
  assertEquals(await gist(get(kit, "/api/orders", token)), "503 unavailable");
  assertEquals(calls, 2);
});
