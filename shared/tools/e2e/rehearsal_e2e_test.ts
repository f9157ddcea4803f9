import { assert, assertEquals, assertMatch } from "@std/assert";
import { withSystem } from "../launch/launched_shop.ts";
import { TestShop } from "./shop.ts";
import { startSystem, waitFor } from "./system.ts";

/** A rehearsal waits for workers, routes that settle, and a queue that empties. */
const REHEARSAL_TIMEOUT_MS = 60_000;

interface Line {
  name: string;
  ok: boolean;
  detail: string;
}

/** A sale that starts in an hour, published; its lines are green on all processes. */
async function planSale(shop: TestShop, stock: number): Promise<number> {
  const { body: product } = await shop.admin("POST", "/products", {
    name: "Kettle",
    price: 2_500,
    currency: "EUR",
  });
  const { body: sale } = await shop.admin("POST", "/sales", {
    title: "Tomorrow",
    startsAt: new Date(Date.now() + 3_600_000).toISOString(),
    endsAt: new Date(Date.now() + 7_200_000).toISOString(),
    items: [{ productId: product.productId, stock }],
  });
  const draft = await shop.admin("GET", `/sales/${sale.saleId}/readiness`);
  assertEquals([draft.status, draft.body.status], [200, "draft"]);
  const published = await shop.admin("POST", `/sales/${sale.saleId}/publish`);
  assertEquals(red(published.body.checks), [], "right after publishing");
  assertEquals([published.status, published.body.ready], [200, true]);
  return sale.saleId;
}

function red(checks: Line[]): string[] {
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

/** Rehearses a sale and holds what came of it against what must be. */
async function rehearse(shop: TestShop, saleId: number, stock: number): Promise<void> {
  const path = `/sales/${saleId}/rehearsals`;
  const begun = await shop.admin("POST", path, {});
  assertEquals([begun.status, begun.body.state], [202, "running"], JSON.stringify(begun.body));
  const second = await shop.admin("POST", path, { force: true });
  assertEquals([second.status, second.body.code], [409, "conflict"]);
  const done = await waitFor("the rehearsal to end", async () => {
    const { body } = await shop.admin("GET", `${path}/${begun.body.rehearsalId}`);
    return body.state === "running" ? null : body;
  }, REHEARSAL_TIMEOUT_MS);
  assertEquals([done.fault, red(done.checks)], [null, []]);
  assertEquals([done.state, done.isRemoved, done.figures.accepted], ["passed", true, stock]);
  const { body: orders } = await shop.admin("GET", "/orders");
  const { body: sales } = await shop.admin("GET", "/sales");
  assertEquals([orders.total, sales.total], [0, 1]);
  const { body: sale } = await shop.admin("GET", `/sales/${saleId}`);
  assertEquals(sale.items[0].sold, 0);
  const after = await shop.admin("GET", `/sales/${saleId}/readiness`);
  assertEquals(red(after.body.checks), [], "after the rehearsal");
  const { acceptedPerS, writtenPerS, batchP95Ms } = done.figures;
  console.log(
    `  ${stock} of ${done.buyers} buyers served at ${acceptedPerS}/s, written at ` +
      `${writtenPerS}/s, a batch within ${batchP95Ms} ms`,
  );
}

Deno.test("embedded: a sale is ready, and is rehearsed without a trace", async () => {
  const system = await startSystem("embedded");
  try {
    const shop = new TestShop(system);
    const saleId = await planSale(shop, 1_500);
    await rehearse(shop, saleId, 1_500);
    const { body } = await shop.admin("GET", `/sales/${saleId}/readiness`);
    const edges = body.checks.find(({ name }: Line) => name === "edges");
    assertMatch(edges.detail, /^1 edge shows/);
    // The same wish while another sale is open takes more than a click.
    await shop.openSale(5);
    const refused = await shop.admin("POST", `/sales/${saleId}/rehearsals`, { buyers: 5 });
    assertEquals([refused.status, refused.body.code], [409, "conflict"]);
    assertMatch(refused.body.detail, /is open/);
  } finally {
    await system.stop();
  }
});

Deno.test("services: two edges, two origins and a worker are ready, and rehearse without a trace", async () => {
  await withSystem({ edge: 2, origin: 2, worker: 1 }, undefined, async ({ shop, system }) => {
    const saleId = await planSale(shop, 1_500);
    const lines = await waitFor("all processes to report", async () => {
      const { body } = await shop.admin("GET", `/sales/${saleId}/readiness`);
      const found = new Map(body.checks.map((line: Line) => [line.name, line.detail]));
      return found.get("processes") === "2 origins, 1 worker" ? found : null;
    });
    const detailOf = (name: string) => String(lines.get(name));
    assertMatch(detailOf("edges"), /^2 edges show/);
    assertMatch(
      detailOf("clocks"),
      /^Redis [+−]\d+ ms, MySQL [+−]\d+ ms, \d processes within \d+ ms$/,
    );
    await rehearse(shop, saleId, 1_500);
    // The other origin lists it as well, whoever ran it.
    const other = new TestShop({ ...shop.system, originUrl: system.originUrls[1]! });
    const list = await other.admin("GET", `/sales/${saleId}/rehearsals`);
    assertEquals([list.body.total, list.body.items[0].state], [1, "passed"]);
    assert(list.body.items[0].finishedAt !== null);
  });
});
