import { assertEquals, assertMatch } from "@std/assert";
import { type ItemKey, itemKey } from "../../shared/item.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";
import { changeIdOf } from "./change_stock.ts";

/** An origin with an open sale of 10 of which 4 are ordered, and a way to change its stock. */
async function openShop(stock = 10) {
  const origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock });
  await origin.buy(
    [saleId, productId, "ann", 2, "a", 0],
    [saleId, productId, "bob", 2, "b", 0],
  );
  await origin.drain();
  const change = async (body: unknown, key?: string) => {
    const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
    const path = `/sales/${saleId}/items/${productId}/stock`;
    const response = await origin.admin("POST", path, body, headers);
    const { stock, remaining, state, code } = await response.json();
    return response.status === 200 ? [200, stock, remaining, state] : [response.status, code];
  };
  return { origin, saleId, productId, item: itemKey(saleId, productId), change };
}

/** A recovery of an item: what a worker does after a loss. */
async function recover(origin: OriginFixture, item: ItemKey): Promise<void> {
  const [state] = await origin.book.readItems([item]);
  await origin.book.closeItems([{ item, epoch: state!.openEpoch }]);
  await origin.openItems();
}

Deno.test("orders are listed newest first and by sale, status and user", async () => {
  const { origin, saleId, productId } = await openShop();
  await using _ = origin;
  const [ordered] = (await origin.book.listOrders({ userId: "ann" }, 1, 1)).items;
  const paid = { eventId: "event", paymentId: "payment", ticket: ordered!.ticket };
  await origin.payments.takePayment({ ...paid, amount: 19_800, currency: "CNY" });
  const list = async (query: string) => await (await origin.admin("GET", `/orders${query}`)).json();
  const all = await list("");
  assertEquals(all.items.map((order: { userId: string }) => order.userId), ["bob", "ann"]);
  const { ticket, payBy, createdAt, ...rest } = all.items[1];
  assertMatch(ticket, new RegExp(`^${saleId}-${productId}-ann-`));
  assertMatch(payBy, /^2026-06-01T10:\d\d:\d\d\.\d{3}Z$/);
  assertMatch(createdAt, /^2026-06-01T10:\d\d:\d\d\.\d{3}Z$/);
  assertEquals(rest, {
    saleId,
    productId,
    userId: "ann",
    quantity: 2,
    amount: 19_800,
    currency: "CNY",
    status: "paid",
  });
  assertEquals((await list(`?saleId=${saleId}&per=1&page=2`)).total, 2);
  assertEquals((await list(`?saleId=${saleId + 1}`)).total, 0);
  assertEquals((await list("?status=paid")).items[0].userId, "ann");
  assertEquals((await list("?status=unpaid&userId=ann")).total, 0);
  for (const query of ["saleId=x", "saleId=0", "saleId=", "status=gone", "status=", "userId=a b"]) {
    assertEquals((await list(`?${encodeURI(query)}`)).code, "invalid", query);
  }
});

Deno.test("stock is topped up and taken back in the database and in the ledger", async () => {
  const { origin, saleId, change } = await openShop();
  await using _ = origin;
  assertEquals(await change({ delta: 5 }), [200, 15, 11, "applied"]);
  assertEquals(await change({ delta: -11 }), [200, 4, 0, "applied"]);
  assertEquals(await change({ delta: -1 }), [409, "conflict"]);
  assertEquals(await change({ delta: 1_000_000_000 }), [409, "conflict"]);
  const proof = await (await origin.admin("GET", `/sales/${saleId}/proof`)).json();
  assertEquals([proof.ok, proof.stock, proof.remaining], [true, 4, 0]);
});

Deno.test("a take-back leaves alone what is reserved but not yet ordered", async () => {
  const { origin, saleId, productId, change } = await openShop();
  await using _ = origin;
  await origin.buy([saleId, productId, "cy", 2, "c", 0]);
  assertEquals(await change({ delta: -5 }), [409, "conflict"]);
  assertEquals(await change({ delta: -4 }), [200, 6, 0, "applied"]);
  await origin.drain();
  const proof = await (await origin.admin("GET", `/sales/${saleId}/proof`)).json();
  assertEquals([proof.ok, proof.unpaid], [true, 6]);
});

Deno.test("a stock change is done once per Idempotency-Key", async () => {
  const { origin, change } = await openShop();
  await using _ = origin;
  assertEquals(await change({ delta: 5 }, "monday"), [200, 15, 11, "applied"]);
  assertEquals(await change({ delta: 5 }, "monday"), [200, 15, 11, "applied"]);
  assertEquals(await change({ delta: 6 }, "monday"), [422, "idempotency_mismatch"]);
  assertEquals(await change({ delta: -99 }, "tuesday"), [409, "conflict"]);
  assertEquals(await change({ delta: 5 }), [200, 20, 16, "applied"]);
  assertEquals(await change({ delta: 5 }), [200, 25, 21, "applied"]);
  for (const key of ["", "a b", "x".repeat(65), "\u00fc"]) {
    assertEquals(await change({ delta: 5 }, key), [400, "invalid"], key);
  }
});

Deno.test("a repeated stock change is not done again after a recovery", async () => {
  const { origin, item, change } = await openShop();
  await using _ = origin;
  assertEquals(await change({ delta: 5 }, "up"), [200, 15, 11, "applied"]);
  assertEquals(await change({ delta: -2 }, "down"), [200, 13, 9, "applied"]);
  await recover(origin, item);
  assertEquals(await change({ delta: 5 }, "up"), [200, 13, 9, "applied"]);
  assertEquals(await change({ delta: -2 }, "down"), [200, 13, 9, "applied"]);
});

Deno.test("a take-back whose ledger is lost before it answered is asked anew", async () => {
  const { origin, item, change } = await openShop();
  await using _ = origin;
  origin.faults.ledger.down = true;
  assertEquals(await change({ delta: -2 }, "down"), [200, 10, null, "pending"]);
  await recover(origin, item);
  origin.faults.ledger.down = false;
  assertEquals(await change({ delta: -2 }, "down"), [409, "conflict"]);
  assertEquals(await change({ delta: -2 }, "again"), [200, 8, 4, "applied"]);
});

Deno.test("a stock change is pending while the ledger cannot be told", async () => {
  const { origin, change } = await openShop();
  await using _ = origin;
  for (const fault of [{ down: true }, { down: false, error: new Error("ECONNRESET") }]) {
    Object.assign(origin.faults.ledger, fault);
    assertEquals((await change({ delta: 1 })).at(-1), "pending");
  }
  assertEquals((await origin.book.pendingStockEvents(10)).length, 2);
});

Deno.test("a stock change waits for an item that is being recovered", async () => {
  const { origin, item, saleId, productId, change } = await openShop();
  await using _ = origin;
  await origin.book.closeItems([{ item, epoch: 1 }]);
  assertEquals(await change({ delta: 1 }), [503, "paused"]);
  const path = `/sales/${saleId}/items/${productId}/stock`;
  const response = await origin.admin("POST", path, { delta: 1 });
  assertEquals(response.headers.get("retry-after"), "2");
});

Deno.test("a stock change is refused for unlimited stock, drafts, closed sales and no item", async () => {
  const { origin, saleId, productId, change } = await openShop(-1);
  await using _ = origin;
  assertEquals(await change({ delta: 1 }), [409, "conflict"]);
  await origin.admin("POST", `/sales/${saleId}/close`);
  assertEquals(await change({ delta: 1 }), [409, "conflict"]);
  const draft = await (await origin.admin("POST", "/sales", {
    title: "Later",
    startsAt: "2027-01-01T00:00:00Z",
    endsAt: "2027-01-02T00:00:00Z",
    items: [{ productId, stock: 3 }],
  })).json();
  const path = `/sales/${draft.saleId}/items/${productId}/stock`;
  assertEquals((await origin.admin("POST", path, { delta: 1 })).status, 409);
  const other = `/sales/${saleId}/items/${productId + 1}/stock`;
  assertEquals((await origin.admin("POST", other, { delta: 1 })).status, 404);
});

Deno.test("a stock change must be a whole number within bounds and not 0", async () => {
  const { origin, change } = await openShop();
  await using _ = origin;
  for (const delta of [undefined, null, 0, 0.5, "1", 1_000_000_001, -1_000_000_001, true, [1]]) {
    assertEquals(await change({ delta }), [400, "invalid"], String(delta));
  }
});

Deno.test("changeIdOf() binds a key to its item and stays within what an id may be", () => {
  assertMatch(changeIdOf("1-2", "~".repeat(64)), /^op-[A-Za-z0-9_-]{43}$/);
  assertEquals(changeIdOf("1-2", "k"), changeIdOf("1-2", "k"));
  assertEquals(changeIdOf("1-2", "k") === changeIdOf("1-3", "k"), false);
});

Deno.test("GET proof tells the sums of a sale and of nothing that does not exist", async () => {
  const { origin, saleId } = await openShop();
  await using _ = origin;
  const response = await origin.admin("GET", `/sales/${saleId}/proof`);
  assertEquals(response.status, 200);
  const { ok, stock, remaining, processing, unpaid, violations } = await response.json();
  assertEquals([ok, stock, remaining, processing, unpaid, violations], [true, 10, 6, 0, 4, []]);
  assertEquals((await origin.admin("GET", `/sales/${saleId + 1}/proof`)).status, 404);
});
