import { assertEquals, assertRejects } from "@std/assert";
import { DEFAULT_LIMITS } from "../../shared/sale.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import { CatalogRegistry } from "./sale_registry.ts";

function sale(openEpoch: number): PublishedSale {
  return {
    saleId: 1,
    title: "Sale",
    startsAt: 0,
    endsAt: 10,
    status: "published",
    paused: false,
    minLevel: 0,
    claims: [],
    captcha: "off",
    limits: DEFAULT_LIMITS,
    paymentWindowS: 900,
    maxExpiredHolds: 3,
    items: [{ productId: 2, stock: 5, price: 1, currency: "EUR", perUserLimit: 1 }],
    products: [],
    openEpochs: [{ item: "1-2", openEpoch, stock: 5 }],
  };
}

function registry(state: { version: number; epoch: number; away?: boolean }) {
  const calls = { loads: 0 };
  const catalog = {
    version: () => state.away ? Promise.reject(new Error("away")) : Promise.resolve(state.version),
    publishedSales: () => {
      calls.loads += 1;
      return Promise.resolve({ version: state.version, sales: [sale(state.epoch)] });
    },
  };
  return { registry: new CatalogRegistry(catalog, () => 42), calls, state };
}

Deno.test("CatalogRegistry loads the sales only when the version changed", async () => {
  const { registry: sales, calls, state } = registry({ version: 1, epoch: 3 });
  await sales.refresh();
  await sales.refresh();
  assertEquals(calls.loads, 1);
  assertEquals(sales.openItems(), [{ item: "1-2", epoch: 3 }]);
  state.version = 2;
  state.epoch = 4;
  await sales.refresh();
  assertEquals(sales.find("1-2")?.openEpoch, 4);
});

Deno.test("CatalogRegistry keeps what it knows while the database is away", async () => {
  const { registry: sales, state } = registry({ version: 1, epoch: 3 });
  await sales.refresh();
  state.away = true;
  await assertRejects(() => sales.refresh(), Error, "away");
  assertEquals(sales.find("1-2")?.openEpoch, 3);
});

Deno.test("CatalogRegistry does not use a distrusted epoch until it read the database", async () => {
  const { registry: sales } = registry({ version: 1, epoch: 3 });
  await sales.refresh();
  sales.distrust({ item: "1-2", epoch: 2 });
  assertEquals(sales.find("1-2")?.openEpoch, 3, "another epoch is not meant");
  sales.distrust({ item: "1-2", epoch: 3 });
  assertEquals(sales.find("1-2")?.openEpoch, 0);
  await sales.refresh();
  assertEquals(sales.find("1-2")?.openEpoch, 3);
});

Deno.test("CatalogRegistry.refresh() reads after it was called, also while a read is under way", async () => {
  const { registry: sales, state } = registry({ version: 1, epoch: 3 });
  const first = sales.refresh();
  state.version = 2;
  state.epoch = 4;
  await Promise.all([first, sales.refresh()]);
  assertEquals(sales.find("1-2")?.openEpoch, 4);
});
