import { assert, assertEquals } from "@std/assert";
import { EDGE_KEY_HEADER } from "../../shared/internal_api.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { sampleSale } from "../testing/sample_sale.ts";

const PEER = "203.0.113.9";

/** A buy that comes from an address. */
function buyFrom({ edge }: EdgeKit, peer: string, token: string) {
  const request = new Request("http://edge.test/api/sales/1/buy", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ productId: 1 }),
  });
  return gist(edge.handle(request, peer));
}

Deno.test("a blocked user is refused within a second, and let in again", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  kit.origin.changeLists({ blockedUsers: ["ann"] });
  assertEquals(await gist(kit.buy({ token, saleId: 9 })), "404 unknown_item");
  await kit.refresh();
  assertEquals(await gist(kit.buy({ token })), "403 blocked");
  assertEquals(await gist(kit.buy({ token: await kit.signIn("bob") })), "201 reserved");
  kit.origin.changeLists({ blockedUsers: [] });
  await kit.refresh();
  assertEquals(await gist(kit.buy({ token })), "201 reserved");
});

Deno.test("a blocked address is refused whoever comes from it, and before anything else", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  kit.origin.changeLists({ blockedCidrs: ["203.0.113.0/24", "2001:db8::/32"] });
  await kit.refresh();
  assertEquals(await buyFrom(kit, PEER, token), "403 blocked");
  assertEquals(await buyFrom(kit, "2001:db8::7", token), "403 blocked");
  assertEquals(await buyFrom(kit, "::ffff:203.0.113.200", token), "403 blocked");
  assertEquals(await buyFrom(kit, PEER, "no token"), "403 blocked");
  const metrics = await (await kit.edge.app.request("/metrics")).text();
  assert(metrics.includes("dropgate_edge_blocked_networks 2\n"), metrics);
  assertEquals(await buyFrom(kit, "198.51.100.1", token), "201 reserved");
  kit.origin.changeLists({ blockedCidrs: [] });
  await kit.refresh();
  assertEquals(await buyFrom(kit, PEER, await kit.signIn("bob")), "201 reserved");
});

Deno.test("a blocked user still sees the order that he has", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const { ticket } = await (await kit.buy({ token })).json();
  kit.origin.changeLists({ blockedUsers: ["ann"] });
  await kit.refresh();
  const headers = { authorization: `Bearer ${token}` };
  const order = await kit.edge.app.request(`/api/orders/${ticket}`, { headers });
  assertEquals([order.status, (await order.json()).status], [200, "unpaid"]);
  assertEquals((await (await kit.edge.app.request("/api/orders", { headers })).json()).total, 1);
});

Deno.test("a sale's level and claims are held against the table before the token", async () => {
  await using kit = await startEdge();
  const users = ["ann", "bob", "cid", "dan"];
  const tokens = await Promise.all(users.map((userId) => kit.signIn(userId, 2)));
  const ask = async () => {
    const answers = [];
    for (const token of tokens) {
      answers.push((await gist(kit.buy({ token, body: { productId: 1, quantity: 1 } }))).slice(4));
    }
    return answers;
  };
  kit.origin.change(1, { minLevel: 3 });
  await kit.refresh();
  assertEquals(await ask(), users.map(() => "not_eligible"));
  kit.origin.changeLists({ users: [["ann", 3, null], ["bob", 1, null]] });
  await kit.refresh();
  assertEquals(await ask(), ["reserved", "not_eligible", "not_eligible", "not_eligible"]);
  kit.origin.change(1, { minLevel: 0, claims: [{ claim: "tier", anyOf: ["gold", "platinum"] }] });
  kit.origin.changeLists({
    users: [["bob", 1, { tier: "gold" }], ["cid", null, { tier: "silver" }]],
  });
  await kit.refresh();
  assertEquals(await ask(), ["not_eligible", "reserved", "not_eligible", "not_eligible"]);
  kit.origin.change(1, { claims: [] });
  await kit.refresh();
  assertEquals(await ask(), ["already_bought", "already_bought", "reserved", "reserved"]);
});

Deno.test("lists of a wrong shape break neither the sales nor the lists before them", async () => {
  await using kit = await startEdge();
  kit.origin.changeLists({ blockedUsers: ["ann"] });
  await kit.refresh();
  const token = await kit.signIn("ann");
  for (
    const lists of [7, [], { version: 3 }, { version: "x", blockedUsers: { ann: true } }]
  ) {
    kit.origin.lists = lists as unknown as typeof kit.origin.lists;
    kit.origin.publish(sampleSale(2));
    await kit.refresh();
    assertEquals((await kit.edge.app.request("/api/sales/2")).status, 200);
    assertEquals(await gist(kit.buy({ token })), "403 blocked");
    assertEquals(kit.edge.missing(), []);
    kit.origin.sales = kit.origin.sales.filter(({ saleId }) => saleId === 1);
    kit.origin.version += 1;
    kit.origin.lists = { ...BLOCKS_ANN };
    await kit.refresh();
  }
});

const BLOCKS_ANN = {
  version: "9.0",
  blockedUsers: ["ann"],
  blockedCidrs: [],
  users: [],
  expiredHolds: [],
};

Deno.test("the lists travel only when they have changed, and stay while no origin answers", async () => {
  await using kit = await startEdge();
  const asked: string[] = [];
  const answer = kit.origin.call.bind(kit.origin);
  kit.origin.call = async (request) => {
    const response = await answer(request);
    assert(request.headers.has(EDGE_KEY_HEADER));
    if (request.url.includes("/internal/snapshot")) {
      asked.push("lists" in await response.clone().json() ? "lists" : "-");
    }
    return response;
  };
  await kit.timers.advance(1_000);
  assertEquals(new Set(asked), new Set(["-"]));
  kit.origin.changeLists({ blockedUsers: ["ann"] });
  asked.length = 0;
  await kit.timers.advance(1_000);
  assertEquals(asked.filter((one) => one === "lists").length, 1);
  kit.origin.away = () => Promise.reject(new TypeError("connection refused"));
  await kit.timers.advance(6_000);
  kit.origin.away = null;
  assertEquals(await gist(kit.buy({ token: await kit.signIn("ann") })), "403 blocked");
});
