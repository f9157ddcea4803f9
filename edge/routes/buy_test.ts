import { assert, assertEquals, assertMatch } from "@std/assert";
import { gist, startEdge } from "../testing/edge_kit.ts";
import { SAMPLE_NOW_MS, sampleItem, sampleSale } from "../testing/sample_sale.ts";

Deno.test("A buy is 201 with a ticket, and 200 when it is repeated", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const first = await kit.buy({ token, key: "k1" });
  const body = await first.json();
  assertEquals(first.status, 201);
  assertEquals(body, {
    outcome: "reserved",
    ticket: "1-1-ann-1000000001",
    payBy: new Date(SAMPLE_NOW_MS + 900_000).toISOString(),
  });
  assertEquals(first.headers.get("content-type"), "application/json");
  const second = await kit.buy({ token, key: "k1" });
  assertEquals([second.status, await second.json()], [200, body]);
});

Deno.test("A buy without a key gets one of its own each time", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  assertEquals(await gist(kit.buy({ token })), "201 reserved");
  assertEquals(await gist(kit.buy({ token })), "409 already_bought");
});

Deno.test("A buy whose confirmation is late is 202 with the ticket", async () => {
  await using kit = await startEdge();
  kit.origin.confirmsLate = true;
  const response = await kit.buy({ token: await kit.signIn("ann"), key: "k1" });
  assertEquals([response.status, await response.json()], [202, {
    outcome: "processing",
    ticket: "1-1-ann-1000000001",
  }]);
});

Deno.test("Refusals that the origin makes carry the ticket", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(2, { items: [sampleItem(1, { perUserLimit: 3 })] }));
  await kit.refresh();
  const token = await kit.signIn("ann");
  const buy = (key: string, quantity: number) =>
    kit.buy({ token, key, saleId: 2, body: { productId: 1, quantity } });
  assertEquals(await gist(buy("k1", 2)), "201 reserved");
  const check = async (response: Response, status: number, code: string) => {
    const body = await response.json();
    assertEquals([response.status, body.code, body.ticket], [status, code, "2-1-ann-1000000001"]);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
  };
  await check(await buy("k1", 3), 422, "idempotency_mismatch");
  await check(await buy("k2", 1), 409, "already_bought");
  kit.origin.cancel(2, 1, "ann");
  await check(await buy("k1", 2), 409, "order_ended");
  assertEquals(await gist(buy("k3", 1)), "201 reserved");
});

Deno.test("A buy before the start is 425 with the times, from the edge alone", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(2, { startsAt: SAMPLE_NOW_MS + 90_500 }));
  await kit.refresh();
  const response = await kit.buy({ token: await kit.signIn("ann"), key: "k", saleId: 2 });
  const body = await response.json();
  assertEquals([response.status, body.code], [425, "not_started"]);
  assertEquals(body.startsAt, new Date(SAMPLE_NOW_MS + 90_500).toISOString());
  assertEquals(body.serverNow, new Date(kit.timers.nowMs).toISOString());
  // In the middle of a spread of two seconds.
  assertEquals([response.headers.get("retry-after"), body.retryAfterMs], ["92", 91_100]);
  assertEquals(kit.origin.batches.length, 0);
  kit.timers.nowMs += 90_500;
  assertEquals(await gist(kit.buy({ token: await kit.signIn("ann"), saleId: 2 })), "201 reserved");
});

Deno.test("A buy that the origin finds too early is 425 with the times too", async () => {
  await using kit = await startEdge();
  kit.origin.misbehave = () => Response.json({ answers: [{ outcome: "not_started" }], stock: [] });
  const response = await kit.buy({ token: await kit.signIn("ann") });
  assertEquals(response.status, 425);
  assert((await response.json()).startsAt);
  assertEquals(response.headers.get("retry-after"), "1");
});

Deno.test("Refusals in their order: the first that applies is the answer", async () => {
  await using kit = await startEdge();
  const soldOutItem = [sampleItem(1, { stock: 0 })];
  const past = { startsAt: SAMPLE_NOW_MS - 9_000, endsAt: SAMPLE_NOW_MS - 1 };
  const future = { startsAt: SAMPLE_NOW_MS + 9_000 };
  kit.origin.publish(sampleSale(2, { ...past, paused: true, minLevel: 5, items: soldOutItem }));
  kit.origin.publish(sampleSale(3, { closed: true, ...future }));
  kit.origin.publish(sampleSale(4, { paused: true, ...future }));
  kit.origin.publish(sampleSale(5, { paused: true, minLevel: 5, items: soldOutItem }));
  kit.origin.publish(sampleSale(6, { minLevel: 5, items: soldOutItem }));
  kit.origin.publish(sampleSale(7, { minLevel: 5 }));
  await kit.refresh();
  const token = await kit.signIn("ann", 4);
  const of = (saleId: number, signedIn = true) =>
    gist(kit.buy({ saleId, ...(signedIn ? { token } : {}) }));
  assertEquals(await of(99), "404 unknown_item");
  assertEquals(await gist(kit.buy({ token, saleId: 99, body: "{" })), "400 invalid");
  assertEquals(await of(2), "410 ended");
  assertEquals(await of(3), "410 ended");
  assertEquals(await of(4), "425 not_started");
  assertEquals(await of(5), "503 paused");
  assertEquals(await of(6, false), "409 sold_out");
  assertEquals(await of(7, false), "401 unauthenticated");
  assertEquals(await of(7), "403 not_eligible");
  assertEquals(
    await gist(kit.buy({ saleId: 7, token: await kit.signIn("bob", 5) })),
    "201 reserved",
  );
  assertEquals(kit.origin.batches.length, 1);
});

Deno.test("A session that is forged, of another key, or over is 401", async () => {
  await using kit = await startEdge();
  await using other = await startEdge({ config: { sessionKey: "another-session-key" } });
  const token = await kit.signIn("ann");
  for (const bad of ["", "x", `${token}x`, token.slice(0, -1), await other.signIn("ann")]) {
    const response = await kit.buy({ token: bad });
    assertEquals([response.status, response.headers.get("www-authenticate")], [401, "Bearer"]);
    await response.body?.cancel();
  }
  kit.origin.change(1, { endsAt: SAMPLE_NOW_MS + 90 * 3_600_000 });
  await kit.refresh();
  kit.timers.nowMs += 12 * 3_600_000;
  assertEquals(await gist(kit.buy({ token })), "401 unauthenticated");
});

Deno.test("A thousand tries of one buyer with one key are one reservation", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const gists = await Promise.all(
    Array.from({ length: 1_000 }, () => gist(kit.buy({ token, key: "k" }))),
  );
  assertEquals(gists.filter((one) => one === "201 reserved").length, 1);
  assertEquals(gists.filter((one) => one === "200 reserved").length, 999);
  assertEquals(kit.origin.stock.get("1-1"), 9);
  assert(kit.origin.batches.length < 100, `${kit.origin.batches.length} batches`);
});

Deno.test("A thousand tries of one buyer with a thousand keys are one reservation", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) => kit.buy({ token, key: `k${i}` })),
  );
  const bodies = await Promise.all(answers.map((answer) => answer.json()));
  assertEquals(answers.filter((answer) => answer.status === 201).length, 1);
  assertEquals(bodies.filter((body) => body.code === "already_bought").length, 999);
  assertEquals(new Set(bodies.map((body) => body.ticket)).size, 1);
});

Deno.test("A crowd of buyers gets the stock and not a piece more", async () => {
  await using kit = await startEdge();
  const tokens = await Promise.all(Array.from({ length: 300 }, (_, i) => kit.signIn(`u${i}`)));
  const gists = await Promise.all(tokens.map((token) => gist(kit.buy({ token, key: "k" }))));
  assertEquals(gists.filter((one) => one === "201 reserved").length, 10);
  assertEquals(gists.filter((one) => one === "409 sold_out").length, 290);
});

Deno.test("A sell-out is known from the buy answer, before the next snapshot", async () => {
  await using kit = await startEdge();
  kit.origin.publish(sampleSale(2, { items: [sampleItem(1, { stock: 1 })] }));
  await kit.refresh();
  const buy = async (user: string) => gist(kit.buy({ token: await kit.signIn(user), saleId: 2 }));
  assertEquals(await buy("ann"), "201 reserved");
  assertEquals(await buy("bob"), "409 sold_out");
  assertEquals(kit.origin.batches.length, 1);
  const sale = await (await kit.edge.app.request("/api/sales/2")).json();
  assertEquals([sale.state, sale.items[0].stock], ["sold_out", 0]);
  kit.origin.cancel(2, 1, "ann");
  await kit.refresh();
  assertEquals(await buy("bob"), "201 reserved");
});

Deno.test("Failures of origins are 503 with Retry-After, never 500", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  kit.origin.misbehave = () => new Response("oops", { status: 500 });
  for (let i = 0; i < 5; i += 1) {
    const response = await kit.buy({ token, key: "k" });
    assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
    assertEquals((await response.json()).code, "unavailable");
  }
  assertEquals(kit.origin.batches.length, 3);
});

Deno.test("An outcome that this edge does not know is 503", async () => {
  await using kit = await startEdge();
  for (const outcome of ["from_the_future", "constructor", undefined]) {
    kit.origin.misbehave = () => Response.json({ answers: [{ outcome }], stock: [] });
    assertEquals(await gist(kit.buy({ token: await kit.signIn("ann") })), "503 unavailable");
  }
});

Deno.test("A cookie buys from our own pages and from nowhere else", async () => {
  await using kit = await startEdge();
  const cookie = `dropgate_session=${await kit.signIn("ann")}`;
  const from = (headers: Record<string, string>) =>
    gist(kit.buy({ headers: { cookie, ...headers }, key: "k" }));
  assertEquals(await from({ "sec-fetch-site": "cross-site" }), "401 unauthenticated");
  assertEquals(await from({ origin: "https://evil.example" }), "401 unauthenticated");
  assertEquals(await from({ "content-type": "text/plain" }), "401 unauthenticated");
  assertEquals(await from({ "sec-fetch-site": "same-origin" }), "201 reserved");
});

Deno.test("A good buy costs the origin one entry that says all", async () => {
  await using kit = await startEdge();
  await (await kit.buy({ token: await kit.signIn("ann"), key: "k" })).body?.cancel();
  assertEquals(kit.origin.batches, [{ budgetMs: 1_150, buys: [[1, 1, "ann", 1, "k", 0]] }]);
  const metrics = await (await kit.edge.app.request("/metrics")).text();
  assertMatch(metrics, /^dropgate_edge_buys_total\{outcome="reserved"\} 1$/m);
});
