import { assert, assertEquals } from "@std/assert";
import { parseItemKey } from "../../../shared/item.ts";
import { BookShop, type OpenDatabase, TEST_NOW } from "../../orders/testing/book_shop.ts";

const DAY_MS = 86_400_000;

/** What every origin reads, and how it learns that it has to. */
export function publishedContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  const find = async (shop: BookShop, saleId: number) =>
    (await shop.catalog.publishedSales()).sales.find((sale) => sale.saleId === saleId);

  test("publishedSales() tells all that the buy path needs", async (shop) => {
    const item = await shop.item(10);
    const { saleId, productId } = parseItemKey(item);
    const sale = await shop.catalog.getSale(saleId);
    const product = await shop.catalog.getProduct(productId);
    const { version, sales } = await shop.catalog.publishedSales();
    assertEquals(version, await shop.catalog.version());
    assertEquals(sales.find((one) => one.saleId === saleId), {
      ...sale!,
      products: [product!],
      openEpochs: [{ item, openEpoch: 1, stock: 10 }],
    });
  });

  test("publishedSales() shows no drafts, and what is over for a day only", async (shop) => {
    const { productId } = await shop.product();
    const made = await shop.catalog.createSale(
      shop.saleFields([{ productId, stock: 1, perUserLimit: 1 }]),
    );
    assert(made.kind === "done");
    const { saleId } = made.value;
    assertEquals(await find(shop, saleId), undefined);
    await shop.catalog.publishSale(saleId);
    assert(await find(shop, saleId));
    shop.now = made.value.endsAt + 30 * DAY_MS - 1;
    assert(await find(shop, saleId));
    shop.now += 1;
    assertEquals(await find(shop, saleId), undefined);

    shop.now = TEST_NOW;
    await shop.catalog.closeSale(saleId);
    assertEquals((await find(shop, saleId))?.status, "closed");
    shop.now = TEST_NOW + 30 * DAY_MS;
    assertEquals(await find(shop, saleId), undefined);
  });

  test("publishedSales() has no sale again that is closed long after its end", async (shop) => {
    const { saleId } = parseItemKey(await shop.closedItem(1, { startsAt: 1, endsAt: TEST_NOW }));
    shop.now = TEST_NOW + 29 * DAY_MS;
    await shop.catalog.closeSale(saleId);
    assertEquals((await find(shop, saleId))?.status, "closed");
    shop.now = TEST_NOW + 31 * DAY_MS;
    assertEquals(await find(shop, saleId), undefined);
  });

  test("publishedSales() comes newest start first and needs few statements", async (shop) => {
    const at = (startsAt: number) => ({ startsAt, endsAt: startsAt + 40 * DAY_MS });
    const keys = [
      await shop.closedItem(1, at(TEST_NOW + 7)),
      await shop.closedItem(1, at(TEST_NOW + 9)),
      await shop.closedItem(1, at(TEST_NOW + 8)),
    ];
    const ids = keys.map((key) => parseItemKey(key).saleId);
    let statements = 0;
    const query = shop.database.query.bind(shop.database);
    shop.database.query = (text, params) => {
      statements += 1;
      return query(text, params);
    };
    const { sales } = await shop.catalog.publishedSales();
    assertEquals(statements, 5);
    assertEquals(
      sales.map(({ saleId }) => saleId).filter((saleId) => ids.includes(saleId)),
      [ids[1]!, ids[2]!, ids[0]!],
    );
    for (const saleId of ids) await shop.catalog.closeSale(saleId);
  });

  test("version() rises with every change and with no refusal", async (shop) => {
    let version = await shop.catalog.version();
    const raises = async (work: () => Promise<unknown>) => {
      await work();
      const before = version;
      version = await shop.catalog.version();
      return version > before;
    };
    const { catalog } = shop;
    const { productId } = await shop.product();
    version = await catalog.version();
    const fields = shop.saleFields([{ productId, stock: 5, perUserLimit: 1 }]);
    assert(await raises(() => shop.product()));
    assert(await raises(() => catalog.updateProduct(productId, { name: "new" })));
    assert(await raises(() => catalog.createSale(fields)));
    const saleId = (await catalog.listSales(1, 1)).items[0]!.saleId;
    assert(await raises(() => catalog.publishSale(saleId)));
    assert(await raises(() => catalog.updateSale(saleId, { title: "new" })));
    assert(await raises(() => catalog.pauseSale(saleId, true)));
    const item = `${saleId}-${productId}` as const;
    assert(await raises(() => shop.reopen(item)));
    assert(await raises(() => shop.book.requestStockChange(item, crypto.randomUUID(), 1)));
    assert(await raises(() => shop.book.closeItems([{ item, epoch: 1 }])));
    assert(await raises(() => catalog.closeSale(saleId)));
    assertEquals(await raises(() => catalog.closeSale(saleId)), false);
    assertEquals(await raises(() => catalog.updateSale(saleId, { title: "late" })), false);
    assertEquals(await raises(() => catalog.deleteProduct(productId)), false);
    assertEquals(await raises(() => catalog.publishedSales()), false);
  });
}
