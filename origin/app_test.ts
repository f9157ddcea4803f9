import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { DatabaseError } from "./database/database.ts";
import { OriginFixture } from "./testing/origin_fixture.ts";

Deno.test("createOriginApp() answers unknown addresses with a problem", async () => {
  await using origin = await OriginFixture.open();
  for (const path of ["/", "/nothing", "/administrators", "/healthz/more"]) {
    const response = await origin.app.request(path);
    assertEquals(response.status, 404, path);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertEquals((await response.json()).code, "not_found");
  }
});

Deno.test("createOriginApp() answers other methods with 405 and what is allowed", async () => {
  await using origin = await OriginFixture.open();
  const response = await origin.admin("DELETE", "/sales/1");
  assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, PATCH"]);
  assertEquals((await response.json()).code, "method_not_allowed");
  assertEquals((await origin.app.request("/healthz", { method: "POST" })).status, 405);
  assertEquals((await origin.internal("/buys")).status, 405);
});

Deno.test("createOriginApp() is ready once the sales were read", async () => {
  await using origin = await OriginFixture.open({
    health: [{ name: "ledger", isReady: () => true }],
  });
  assertEquals((await origin.app.request("/healthz")).status, 200);
  const early = await origin.app.request("/readyz");
  assertEquals(early.status, 503);
  assertEquals((await early.json()).checks, [
    { name: "sales", ok: false, detail: "sales is not ready" },
    { name: "lists", ok: true },
    { name: "ledger", ok: true },
  ]);
  await origin.deps.registry.refresh();
  assertEquals((await origin.app.request("/readyz")).status, 200);
});

Deno.test("createOriginApp() is not ready before the lists were read", async () => {
  await using origin = await OriginFixture.open({
    lists: { current: () => null, since: () => null, refresh: () => Promise.resolve() },
  });
  await origin.deps.registry.refresh();
  const early = await origin.app.request("/readyz");
  assertEquals([early.status, (await early.json()).checks], [503, [
    { name: "sales", ok: true },
    { name: "lists", ok: false, detail: "lists is not ready" },
  ]]);
  // An edge that were told of nobody who is blocked would let everybody in.
  assertEquals((await origin.internal("/snapshot")).status, 503);
});

Deno.test("createOriginApp() says that the order book is away, and hides every other fault", async () => {
  await using origin = await OriginFixture.open();
  origin.faults.catalog.error = new DatabaseError("unavailable", "connect ECONNREFUSED 10.0.0.7");
  const away = await origin.admin("GET", "/products/1");
  assertEquals([away.status, away.headers.get("retry-after")], [503, "2"]);
  const text = await away.text();
  assertStringIncludes(text, "unavailable");
  assertFalse(text.includes("10.0.0.7"));

  origin.faults.catalog.error = new Error("a secret of the house");
  const broken = await origin.admin("GET", "/products/1");
  assertEquals(broken.status, 500);
  const body = await broken.text();
  assertStringIncludes(body, '"code":"internal"');
  assertFalse(body.includes("secret"));
});
