import { assert, assertEquals } from "@std/assert";
import type { CatalogRefusal, CatalogResult, Sale } from "../catalog.ts";
import { BookShop, type OpenDatabase, TEST_NOW } from "../../orders/testing/book_shop.ts";

function done<T>(result: CatalogResult<T>): T {
  assert(result.kind === "done", JSON.stringify(result));
  return result.value;
}

function assertRefused(result: CatalogResult<unknown>, kind: CatalogRefusal["kind"]): void {
  assert(result.kind === "refused", JSON.stringify(result));
  assertEquals(result.refusal.kind, kind, result.refusal.detail);
}

/** Sales and their course: draft, published, closed. */
export function salesContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  const draft = async (shop: BookShop): Promise<Sale> => {
    const [a, b] = [await shop.product(), await shop.product({ price: 500 })];
    return done(
      await shop.catalog.createSale(shop.saleFields([
        { productId: b.productId, stock: 10, perUserLimit: 2 },
        { productId: a.productId, stock: -1, price: 1, perUserLimit: 1 },
      ])),
    );
  };
  const asWanted = (sale: Sale) =>
    sale.items.map(({ productId, stock, perUserLimit }) => ({ productId, stock, perUserLimit }));

  test("createSale() makes a draft with the products' prices, in the order given", async (shop) => {
    const sale = await draft(shop);
    const { items, ...fields } = sale;
    const { items: _, ...given } = shop.saleFields([]);
    assertEquals(fields, { saleId: sale.saleId, status: "draft", paused: false, ...given });
    assertEquals(items.map(({ stock, price, currency }) => [stock, price, currency]), [
      [10, 500, "EUR"],
      [-1, 1, "EUR"],
    ]);
    assertEquals(await shop.catalog.getSale(sale.saleId), sale);
    assertEquals(await shop.catalog.getSale(999_999_999), null);
  });

  test("createSale() refuses what cannot be a sale", async (shop) => {
    const { productId } = await shop.product();
    const dollars = await shop.product({ currency: "USD" });
    const item = { productId, stock: 1, perUserLimit: 1 };
    const before = await shop.catalog.listSales(1, 1);
    const create = (items: typeof item[], fields = {}) =>
      shop.catalog.createSale(shop.saleFields(items, fields));
    assertRefused(await create([item], { endsAt: TEST_NOW - 1_800_000 }), "window");
    assertRefused(await create([]), "unknown_product");
    assertRefused(await create([{ ...item, productId: 999_999_999 }]), "unknown_product");
    assertRefused(
      await create([item, { ...item, productId: dollars.productId }]),
      "different_currency",
    );
    assertRefused(await create([item, item]), "in_use");
    assertEquals((await shop.catalog.listSales(1, 1)).total, before.total);
  });

  test("updateSale() merges field by field while it is a draft", async (shop) => {
    const sale = await draft(shop);
    const wanted = [{ ...asWanted(sale)[1]!, stock: 7 }];
    const changed = done(
      await shop.catalog.updateSale(sale.saleId, {
        title: "新标题",
        limits: { burst: 5 },
        items: wanted,
      }),
    );
    assertEquals(changed.title, "新标题");
    assertEquals(changed.limits, { ...sale.limits, burst: 5 });
    assertEquals(changed.startsAt, sale.startsAt);
    // A price that is left out is the product's, as in a new sale.
    assertEquals(changed.items.map(({ stock, price }) => [stock, price]), [[7, 19_900]]);
    assertRefused(
      await shop.catalog.updateSale(sale.saleId, { endsAt: sale.startsAt }),
      "window",
    );
    assertRefused(await shop.catalog.updateSale(sale.saleId, { items: [] }), "unknown_product");
    assertEquals(await shop.catalog.getSale(sale.saleId), changed);
    assertEquals(await shop.catalog.updateSale(999_999_999, {}), { kind: "not_found" });
  });

  test("updateSale() keeps set, prices and stock of a published sale's items", async (shop) => {
    const sale = await draft(shop);
    done(await shop.catalog.publishSale(sale.saleId));
    const wanted = asWanted(sale);
    const { saleId } = sale;
    const changed = done(
      await shop.catalog.updateSale(saleId, {
        endsAt: sale.endsAt + 1,
        captcha: "always",
        minLevel: 3,
        paymentWindowS: 60,
        maxExpiredHolds: 7,
        limits: { ipPerMinute: 9 },
        items: wanted.map((item) => ({ ...item, perUserLimit: 5 })),
      }),
    );
    assertEquals(changed.items.map(({ perUserLimit }) => perUserLimit), [5, 5]);
    assertEquals(changed.items.map(({ price }) => price), [500, 1]);
    assertEquals([changed.captcha, changed.minLevel, changed.paymentWindowS], ["always", 3, 60]);
    assertEquals([changed.maxExpiredHolds, changed.title], [7, "Sale"]);
    const [first, second] = wanted;
    for (
      const items of [
        wanted,
        [first!],
        [...wanted, { productId: 999_999_999, stock: 1, perUserLimit: 1 }],
        [{ ...first!, stock: 11 }, second!],
        [{ ...first!, price: 1 }, second!],
        [first!, first!],
      ]
    ) {
      assertRefused(await shop.catalog.updateSale(saleId, { items }), "not_draft");
    }
    assertEquals(await shop.catalog.getSale(saleId), changed);
    done(await shop.catalog.closeSale(saleId));
  });

  test("updateSale() replaces the rules about claims as a whole", async (shop) => {
    const gold = [{ claim: "tier", anyOf: ["gold", "金"] }];
    const most = Array.from({ length: 8 }, (_, rule) => ({
      claim: `${rule}`.padStart(64, "c"),
      anyOf: Array.from({ length: 64 }, (_, value) => `${value}`.padStart(64, "一")),
    }));
    const { productId } = await shop.product();
    const items = [{ productId, stock: 1, perUserLimit: 1 }];
    const made = done(await shop.catalog.createSale(shop.saleFields(items, { claims: most })));
    assertEquals(made.claims, most);
    const { saleId } = made;
    done(await shop.catalog.publishSale(saleId));
    assertEquals(done(await shop.catalog.updateSale(saleId, { claims: gold })).claims, gold);
    assertEquals(done(await shop.catalog.updateSale(saleId, { minLevel: 1 })).claims, gold);
    const { sales } = await shop.catalog.publishedSales();
    assertEquals(sales.find((sale) => sale.saleId === saleId)?.claims, gold);
    assertEquals(done(await shop.catalog.updateSale(saleId, { claims: [] })).claims, []);
    const [row] = await shop.database.query("SELECT claims FROM sale WHERE id = ?", [saleId]);
    assertEquals(row?.claims, null);
    done(await shop.catalog.closeSale(saleId));
  });

  test("publishSale() can be repeated, closeSale() is for good", async (shop) => {
    const { saleId } = await draft(shop);
    assertEquals(done(await shop.catalog.publishSale(saleId)).status, "published");
    const version = await shop.catalog.version();
    assertEquals(done(await shop.catalog.publishSale(saleId)).status, "published");
    assertEquals(await shop.catalog.version(), version);
    assertEquals(done(await shop.catalog.closeSale(saleId)).status, "closed");
    assertEquals(done(await shop.catalog.closeSale(saleId)).status, "closed");
    assertRefused(await shop.catalog.publishSale(saleId), "closed");
    assertRefused(await shop.catalog.pauseSale(saleId, true), "closed");
    assertRefused(await shop.catalog.updateSale(saleId, { title: "x" }), "closed");
    for (
      const result of [
        await shop.catalog.publishSale(999_999_999),
        await shop.catalog.pauseSale(999_999_999, true),
        await shop.catalog.closeSale(999_999_999),
      ]
    ) assertEquals(result, { kind: "not_found" });
  });

  test("pauseSale() pauses and resumes", async (shop) => {
    const item = await shop.item(1);
    const saleId = Number(item.split("-")[0]);
    assertEquals(done(await shop.catalog.pauseSale(saleId, true)).paused, true);
    assertEquals((await shop.state(item)).paused, true);
    const version = await shop.catalog.version();
    assertEquals(done(await shop.catalog.pauseSale(saleId, true)).paused, true);
    assertEquals(await shop.catalog.version(), version);
    assertEquals(done(await shop.catalog.pauseSale(saleId, false)).paused, false);
    assertEquals((await shop.state(item)).paused, false);
  });

  test("listSales() pages with items, newest first", async (shop) => {
    const before = (await shop.catalog.listSales(1, 1)).total;
    const made = [await draft(shop), await draft(shop), await draft(shop)];
    const page = await shop.catalog.listSales(1, 2);
    assertEquals(page.total, before + 3);
    assertEquals(page.items, [made[2]!, made[1]!]);
    assertEquals((await shop.catalog.listSales(2, 2)).items[0], made[0]);
  });
}
