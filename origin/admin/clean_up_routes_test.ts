import { assertEquals, assertMatch } from "@std/assert";
import { buyerNames, ProvenSale } from "../proof/testing/proven_sale.ts";

async function sold(): Promise<{ sale: ProvenSale; tickets: string[] }> {
  const sale = await ProvenSale.open([]);
  const tickets = await sale.buy(buyerNames(6));
  await sale.pay(tickets.slice(0, 4));
  return { sale, tickets };
}

Deno.test("GET /sales/{id}/clean-up tells what would go and what stands in the way", async () => {
  const { sale } = await sold();
  await using _ = sale;
  await sale.restore();
  const view = await (await sale.get("/clean-up")).json();
  assertEquals([view.state, view.cleanedAt, view.step], ["none", null, null]);
  assertEquals(
    view.obstacles.map(({ kind, count }: { kind: string; count: number }) => [
      kind,
      count,
    ]),
    [["not_over", 1], ["unpaid", 2], ["young_events", 5]],
  );
  assertEquals(view.remains.inbox, 1);
  const refused = await sale.origin.admin("POST", `/sales/${sale.saleId}/clean-up`);
  assertEquals(refused.status, 409);
  const problem = await refused.json();
  assertEquals(problem.errors.map(({ path }: { path: string }) => path), [
    "not_over",
    "unpaid",
    "young_events",
  ]);
  assertMatch(problem.detail, /2 orders are unpaid/);
});

Deno.test("POST /sales/{id}/clean-up cleans up, and everybody hears what he heard", async () => {
  const { sale, tickets } = await sold();
  await using _ = sale;
  const { origin, saleId, productId } = sale;
  await sale.close();
  const before = await (await sale.get("/proof")).json();
  const poll = async (ticket: string, user: string) => {
    const found = await origin.internal(`/orders/${ticket}?userId=${user}`);
    const { receipt: _, ...order } = await found.json();
    return order;
  };
  const ends = [await poll(tickets[0]!, "buyer-001"), await poll(tickets[5]!, "buyer-006")];
  const path = `/sales/${saleId}/clean-up`;
  assertEquals((await origin.admin("POST", path)).status, 409);
  assertEquals((await origin.admin("POST", path, { dropEvents: "yes" })).status, 400);
  const begun = await origin.admin("POST", path, { dropEvents: true });
  assertEquals([begun.status, (await begun.json()).state], [202, "running"]);
  await origin.proving.cleanUps.idle(saleId);

  const view = await (await sale.get("/clean-up")).json();
  assertEquals([view.state, view.failure, view.obstacles], ["clean", null, []]);
  assertEquals(view.remains, { inbox: 0, orderEvents: 0, expiredHolds: 0, barredBuyers: 0 });
  assertEquals(await (await sale.get("/proof")).json(), before);
  assertEquals(
    [await poll(tickets[0]!, "buyer-001"), await poll(tickets[5]!, "buyer-006")],
    ends,
  );
  const orders = await origin.admin("GET", `/orders?saleId=${saleId}`);
  assertEquals((await orders.json()).total, 6);
  // Nobody opens it any more, and whoever asks again hears that nothing is sold here.
  await origin.openItems();
  await origin.deps.registry.refresh();
  const answers = await origin.buy(
    [saleId, productId, "buyer-001", 1, "k-buyer-001", 1],
    [saleId, productId, "buyer-001", 2, "k-buyer-001", 1],
    [saleId, productId, "buyer-001", 1, "another", 0],
    [saleId, productId, "buyer-006", 1, "k-buyer-006", 1],
    [saleId, productId, "stranger", 1, "k", 0],
  );
  assertEquals(
    answers.map((one: { outcome: string; ticket?: string; repeat?: boolean }) => [
      one.outcome,
      one.ticket ?? null,
      one.repeat ?? null,
    ]),
    [
      ["reserved", tickets[0]!, true],
      ["idempotency_mismatch", tickets[0]!, null],
      ["ended", null, null],
      ["order_ended", tickets[5]!, null],
      ["ended", null, null],
    ],
  );
  const [own] = await origin.proofs.list(saleId, 1, 1).then(({ items }) => items);
  assertEquals([own?.final, own?.madeBy], [true, "ADMIN_TOKEN"]);
});

Deno.test("a clean-up is in the audit log, and counts the sale once for it", async () => {
  const { sale } = await sold();
  await using _ = sale;
  await sale.close();
  const { cleanUpBook } = sale.origin;
  let looks = 0;
  const { facts } = cleanUpBook;
  cleanUpBook.facts = (saleId) => {
    looks += 1;
    return facts.call(cleanUpBook, saleId);
  };
  const path = `/sales/${sale.saleId}/clean-up`;
  assertEquals((await sale.origin.admin("POST", path)).status, 409);
  assertEquals(looks, 1);
  await sale.origin.admin("POST", path, { dropEvents: true });
  await sale.origin.proving.cleanUps.idle(sale.saleId);
  const log = await (await sale.origin.admin("GET", "/audit?action=sale.clean_up")).json();
  assertEquals([log.total, log.items[0].target, log.items[0].state, log.items[1].state], [
    2,
    `sale/${sale.saleId}`,
    "done",
    "refused",
  ]);
  assertEquals([log.items[0].before, log.items[0].after.remains.inbox], [null, 1]);
});
