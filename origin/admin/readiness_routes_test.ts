import { assertEquals } from "@std/assert";
import { OriginFixture } from "../testing/origin_fixture.ts";

Deno.test("GET readiness checks drafts, published and closed sales", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const read = async (id: number) => {
    const response = await origin.admin("GET", `/sales/${id}/readiness`);
    return { status: response.status, body: await response.json() };
  };
  const published = await read(saleId);
  assertEquals([published.status, published.body.status, published.body.ready], [
    200,
    "published",
    true,
  ]);
  for (const { name, ok, detail, advice } of published.body.checks) {
    assertEquals([typeof name, ok, typeof detail], ["string", true, "string"], name);
    assertEquals(advice === null || typeof advice === "string", true, name);
  }
  const { saleId: draftId } = await (await origin.admin("POST", "/sales", {
    title: "Autumn",
    startsAt: new Date(origin.now + 60_000).toISOString(),
    endsAt: new Date(origin.now + 120_000).toISOString(),
    items: [{ productId, stock: 3 }],
  })).json();
  const draft = await read(draftId);
  assertEquals([draft.body.status, draft.body.ready], ["draft", true]);
  assertEquals(draft.body.checks.length < published.body.checks.length, true);
  await origin.admin("POST", `/sales/${saleId}/close`);
  const closed = await read(saleId);
  assertEquals([closed.body.status, closed.body.ready], ["closed", false]);
  assertEquals((await read(999)).status, 404);
});

Deno.test("GET readiness answers with red lines while the database is away", async () => {
  await using origin = await OriginFixture.open();
  const { saleId } = await origin.openSale();
  for (const part of ["catalog", "book", "queue", "ledger"] as const) {
    origin.faults[part].error = new Error("ECONNRESET");
  }
  const response = await origin.admin("GET", `/sales/${saleId}/readiness`);
  const { ready, checks } = await response.json();
  assertEquals([response.status, ready], [200, false]);
  const red = checks.filter(({ ok }: { ok: boolean }) => !ok)
    .map(({ name }: { name: string }) => name);
  assertEquals(red, ["prices", "items_open", "ledger_stock", "queue", "edges", "products"]);
});

Deno.test("GET readiness tells what was found by itself before the start", async () => {
  await using origin = await OriginFixture.open();
  const { saleId } = await origin.openSale();
  const startsAt = new Date(origin.now + 5 * 60_000).toISOString();
  await origin.admin("PATCH", `/sales/${saleId}`, { startsAt });
  origin.faults.queue.down = true;
  const { readiness } = origin.deps;
  if (!("watchStarts" in readiness)) throw new Error("The fixture's desk watches starts");
  await (readiness as unknown as { watchStarts(): Promise<void> }).watchStarts();
  origin.faults.queue.down = false;
  const { ready, automatic } = await (await origin.admin("GET", `/sales/${saleId}/readiness`))
    .json();
  assertEquals([ready, automatic], [true, {
    ready: false,
    checkedAt: new Date(origin.now).toISOString(),
    failed: ["queue"],
  }]);
});
