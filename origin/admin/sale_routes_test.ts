import { assertEquals, assertMatch } from "@std/assert";
import { itemKey } from "../../shared/item.ts";
import { OriginFixture } from "../testing/origin_fixture.ts";

/** An origin with two products, and a sale's fields. */
async function openShop() {
  const origin = await OriginFixture.open();
  const make = async (price: number, currency = "CNY") => {
    const product = { name: "Kettle", price, currency };
    return (await (await origin.admin("POST", "/products", product)).json()).productId;
  };
  const [first, second] = [await make(100), await make(250)];
  const fields = {
    title: "Spring",
    startsAt: "2026-06-01T18:30:00+08:00",
    endsAt: "2026-06-01T12:00:00Z",
    items: [{ productId: first, stock: 5 }, { productId: second, stock: -1, price: 200 }],
  };
  const create = async (changes: Record<string, unknown> = {}) =>
    await origin.admin("POST", "/sales", { ...fields, ...changes });
  return { origin, make, first, second, fields, create };
}

async function refusal(response: Response): Promise<unknown[]> {
  const { code, errors } = await response.json();
  return [response.status, code, ...(errors ?? []).map((error: { path: string }) => error.path)];
}

Deno.test("a sale is made with its defaults, read and listed", async () => {
  const { origin, first, second, create } = await openShop();
  await using _ = origin;
  const made = await create({ limits: { burst: 7 } });
  assertEquals(made.status, 201);
  const sale = await made.json();
  assertEquals(sale, {
    saleId: sale.saleId,
    title: "Spring",
    startsAt: "2026-06-01T10:30:00.000Z",
    endsAt: "2026-06-01T12:00:00.000Z",
    status: "draft",
    state: "draft",
    paused: false,
    minLevel: 0,
    claims: [],
    captcha: "suspicious",
    limits: { ratePerSecond: 1_000, burst: 7, userPerMinute: 5, ipPerMinute: 600 },
    paymentWindowS: 900,
    maxExpiredHolds: 3,
    items: [
      { productId: first, stock: 5, sold: 0, price: 100, currency: "CNY", perUserLimit: 1 },
      { productId: second, stock: -1, sold: 0, price: 200, currency: "CNY", perUserLimit: 1 },
    ],
  });
  assertEquals(await (await origin.admin("GET", `/sales/${sale.saleId}`)).json(), sale);
  const list = await (await origin.admin("GET", "/sales?per=1")).json();
  assertEquals(list, { items: [sale], page: 1, per: 1, total: 1 });
});

Deno.test("a sale that breaks its bounds or names unknown products is refused", async () => {
  const { origin, first, fields, make, create } = await openShop();
  await using _ = origin;
  assertEquals(await refusal(await create({ endsAt: fields.startsAt })), [
    400,
    "invalid",
    "endsAt",
  ]);
  const faulty = await create({ items: [{ productId: first, stock: -2 }], minLevel: -1 });
  assertEquals(await refusal(faulty), [400, "invalid", "items.0.stock", "minLevel"]);
  assertEquals(await refusal(await create({ items: [{ productId: 999, stock: 1 }] })), [
    400,
    "invalid",
    "items",
  ]);
  const foreign = await make(100, "EUR");
  const mixed = await create({
    items: [{ productId: first, stock: 1 }, { productId: foreign, stock: 1 }],
  });
  assertEquals(await refusal(mixed), [400, "invalid", "items"]);
  const dear = await make(1_000_000_000_000);
  const inexact = await create({ items: [{ productId: dear, stock: 1, perUserLimit: 9_008 }] });
  assertEquals(await refusal(inexact), [400, "invalid", "items.0.perUserLimit"]);
});

Deno.test("PATCH of a draft merges field by field, items as a whole", async () => {
  const { origin, first, create } = await openShop();
  await using _ = origin;
  const sale = await (await create({ limits: { burst: 7 } })).json();
  const path = `/sales/${sale.saleId}`;
  const changed = await origin.admin("PATCH", path, {
    title: "Summer",
    limits: { ipPerMinute: 9 },
    items: [{ productId: first, stock: 8, perUserLimit: 3 }],
  });
  assertEquals([changed.status, await changed.json()], [200, {
    ...sale,
    title: "Summer",
    limits: { ...sale.limits, ipPerMinute: 9 },
    items: [
      { productId: first, stock: 8, sold: 0, price: 100, currency: "CNY", perUserLimit: 3 },
    ],
  }]);
  assertEquals((await origin.admin("PATCH", path, {})).status, 200);
  // Half a window is held against the half that stays.
  assertEquals(await refusal(await origin.admin("PATCH", path, { endsAt: sale.startsAt })), [
    400,
    "invalid",
    "endsAt",
  ]);
  assertEquals(await refusal(await origin.admin("PATCH", path, { limits: { burst: 0 } })), [
    400,
    "invalid",
    "limits.burst",
  ]);
});

Deno.test("PATCH of a published sale is in force in this origin and in the ledger", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const path = `/sales/${saleId}`;
  assertEquals(await origin.buy([saleId, productId, "ann", 1, "a", 1]), [
    { outcome: "unknown_buyer" },
  ]);
  const startsAt = new Date(origin.now + 60_000).toISOString();
  const response = await origin.admin("PATCH", path, { startsAt, captcha: "always" });
  assertEquals([response.status, (await response.json()).state], [200, "upcoming"]);
  assertEquals(origin.deps.registry.current().sales[0]?.captcha, "always");
  assertEquals(await origin.buy([saleId, productId, "ann", 1, "a", 0]), [
    { outcome: "not_started" },
  ]);
});

Deno.test("PATCH of items keeps a limit that is left out", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock: 10, perUserLimit: 2 });
  const patch = async (item: Record<string, unknown>) => {
    const items = [{ productId, stock: 10, ...item }];
    return await (await origin.admin("PATCH", `/sales/${saleId}`, { items })).json();
  };
  assertEquals((await patch({})).items[0].perUserLimit, 2);
  assertEquals((await patch({ perUserLimit: 3 })).items[0].perUserLimit, 3);
  assertEquals((await patch({})).items[0].perUserLimit, 3);
  assertEquals((await patch({ stock: 11 })).code, "conflict");
});

Deno.test("PATCH of a published sale succeeds while the ledger is away", async () => {
  await using origin = await OriginFixture.open();
  const { saleId } = await origin.openSale();
  for (const fault of [{ down: true }, { down: false, error: new Error("ECONNRESET") }]) {
    Object.assign(origin.faults.ledger, fault);
    const changes = { minLevel: 3, maxExpiredHolds: 1 };
    const response = await origin.admin("PATCH", `/sales/${saleId}`, changes);
    const { minLevel, maxExpiredHolds } = await response.json();
    assertEquals([response.status, minLevel, maxExpiredHolds], [200, 3, 1]);
  }
});

Deno.test("a sale is sold out when no item has a piece left", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale({ stock: 2 });
  await origin.buy([saleId, productId, "ann", 2, "a", 0]);
  const before = await (await origin.admin("GET", `/sales/${saleId}`)).json();
  await origin.drain();
  const after = await (await origin.admin("GET", `/sales/${saleId}`)).json();
  assertEquals([before.state, after.state, after.items[0].sold], ["open", "sold_out", 2]);
});

Deno.test("publishing opens the items and reports what buyers depend on", async () => {
  const { origin, create } = await openShop();
  await using _ = origin;
  const { saleId } = await (await create()).json();
  const first = await origin.admin("POST", `/sales/${saleId}/publish`);
  assertEquals(first.status, 200);
  const report = await first.json();
  assertEquals([report.saleId, report.status, report.ready], [saleId, "published", true]);
  assertEquals([report.checkedAt, report.automatic], ["2026-06-01T10:00:00.100Z", null]);
  const told = new Map(
    report.checks.map((check: { name: string; detail: string }) => [check.name, check.detail]),
  );
  assertEquals([...told.keys()], [
    "times",
    "stock",
    "prices",
    "pictures",
    "other_sales",
    "items_open",
    "ledger_stock",
    "ledger_server",
    "database",
    "queue",
    "origin",
    "edges",
    "products",
    "processes",
    "clocks",
    "payment",
    "webhook",
  ]);
  assertEquals(told.get("items_open"), "2 items are open");
  assertEquals(told.get("ledger_stock"), "2 ledgers agree with the database");
  assertEquals(told.get("queue"), "0 messages wait for 1 consumer");
  assertEquals(told.get("origin"), "This origin sells it");
  assertEquals(told.get("edges"), "1 edge shows the sale as it is now");
  assertEquals(origin.waits, [100]);
  const again = await origin.admin("POST", `/sales/${saleId}/publish`);
  assertEquals(await again.json(), report);
  assertEquals(origin.waits, [100]);
});

Deno.test("publishing waits at most 10 s for workers and says what is missing", async () => {
  const { origin, first, create } = await openShop();
  await using _ = origin;
  origin.workerRuns = false;
  const { saleId } = await (await create()).json();
  origin.faults.queue.down = true;
  const response = await origin.admin("POST", `/sales/${saleId}/publish`);
  const report = await response.json();
  assertEquals([response.status, report.status, report.ready], [200, "published", false]);
  const failed = report.checks.filter((check: { ok: boolean }) => !check.ok);
  assertEquals(failed.map((check: { name: string }) => check.name), ["items_open", "queue"]);
  assertMatch(failed[0].detail, new RegExp(`Not open yet: ${saleId}-${first}`));
  assertMatch(failed[0].advice, /worker opens them/);
  assertEquals(origin.waits.reduce((sum, ms) => sum + ms, 0), 10_000);
});

Deno.test("publishing reports a ledger that disagrees or is away", async () => {
  await using origin = await OriginFixture.open();
  const { saleId } = await origin.openSale({ stock: 5 });
  const check = async () => {
    const { checks } = await (await origin.admin("POST", `/sales/${saleId}/publish`)).json();
    return checks.find(({ name }: { name: string }) => name === "ledger_stock");
  };
  await origin.db.execute("UPDATE ledger_item SET stock = 6");
  assertMatch((await check()).detail, /has 6 left and should have 5/);
  await origin.db.execute("UPDATE ledger_item SET is_open = 0");
  assertMatch((await check()).detail, /is closed/);
  origin.faults.ledger.error = new Error("ECONNRESET");
  assertEquals((await check()).detail, "It does not answer: ECONNRESET");
  origin.faults.ledger.down = true;
  assertEquals((await check()).detail, "The ledger is away");
});

Deno.test("pause, resume and close take force at once and can be repeated", async () => {
  await using origin = await OriginFixture.open();
  const { saleId, productId } = await origin.openSale();
  const outcome = async () =>
    (await origin.buy([saleId, productId, "eve", 9, "k", 0]))[0].outcome as string;
  const steps = [
    ["pause", "paused", "paused"],
    ["pause", "paused", "paused"],
    ["resume", "open", "invalid"],
    ["resume", "open", "invalid"],
    ["close", "ended", "ended"],
    ["close", "ended", "ended"],
  ];
  for (const [step, state, answer] of steps) {
    const response = await origin.admin("POST", `/sales/${saleId}/${step}`);
    assertEquals([response.status, (await response.json()).state], [200, state], step);
    assertEquals(await outcome(), answer!, step);
  }
  for (const step of ["publish", "pause", "resume"]) {
    const response = await origin.admin("POST", `/sales/${saleId}/${step}`);
    assertEquals(await refusal(response), [409, "conflict"], step);
  }
  const [held] = await origin.book.readItems([itemKey(saleId, productId)]);
  assertEquals(held?.sold, 0);
});

Deno.test("PATCH of a published sale's items raises the limits that it names and keeps the rest", async () => {
  const { origin, first, second, create } = await openShop();
  await using _ = origin;
  const sale = await (await create({})).json();
  const path = `/sales/${sale.saleId}`;
  await origin.admin("POST", `${path}/publish`);
  const patch = (items: unknown[]) => origin.admin("PATCH", path, { items });
  const raised = await patch([{ productId: first, perUserLimit: 4 }]);
  assertEquals(raised.status, 200);
  const limits = (await raised.json()).items.map(
    (item: { productId: number; perUserLimit: number }) => [item.productId, item.perUserLimit],
  );
  assertEquals(limits, [[first, 4], [second, 1]]);
  assertEquals((await refusal(await patch([{ productId: first, perUserLimit: 3 }])))[0], 409);
  assertEquals((await refusal(await patch([{ productId: first, stock: 1 }])))[0], 409);
  assertEquals(await refusal(await patch([{ productId: 999 }])), [400, "invalid", "items.0.stock"]);
});
