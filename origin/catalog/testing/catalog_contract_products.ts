import { assert, assertEquals, assertRejects } from "@std/assert";
import { BookShop, type OpenDatabase } from "../../orders/testing/book_shop.ts";

/** Products as operators keep them. */
export function productsContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("createProduct() keeps every field in every script", async ({ catalog }) => {
    const fields = {
      name: "秒杀手机 📱",
      subtitle: 'O\'Neil "x" \\',
      description: "一".repeat(20_000),
      images: ["/media/a.webp", "/media/图.png"],
      price: 1_000_000_000_000,
      currency: "CNY",
    };
    const made = await catalog.createProduct(fields);
    assertEquals(made, { productId: made.productId, ...fields });
    assertEquals(await catalog.getProduct(made.productId), made);
    assertEquals(await catalog.getProduct(999_999_999), null);
  });

  test("productIds() lists ids in their order, page by page", async (shop) => {
    const made = [];
    for (let count = 0; count < 5; count += 1) made.push((await shop.product()).productId);
    assertEquals(await shop.catalog.productIds(made[0]! - 1, 10), made);
    assertEquals(await shop.catalog.productIds(made[1]!, 2), made.slice(2, 4));
    assertEquals(await shop.catalog.productIds(made[4]!, 10), []);
  });

  test("updateProduct() changes what is given and nothing else", async (shop) => {
    const made = await shop.product();
    const changed = await shop.catalog.updateProduct(made.productId, { subtitle: "new", price: 5 });
    const expected = { ...made, subtitle: "new", price: 5 };
    assertEquals(changed, { kind: "done", value: expected });
    assertEquals(await shop.catalog.getProduct(made.productId), expected);
    assertEquals(await shop.catalog.updateProduct(999_999_999, { price: 5 }), {
      kind: "not_found",
    });
  });

  test("updateProduct() leaves the prices of sales alone", async (shop) => {
    const { productId } = await shop.product();
    const made = await shop.catalog.createSale(
      shop.saleFields([{ productId, stock: 1, perUserLimit: 1 }]),
    );
    assert(made.kind === "done");
    await shop.catalog.updateProduct(productId, { price: 1, currency: "USD" });
    const [item] = (await shop.catalog.getSale(made.value.saleId))!.items;
    assertEquals([item?.price, item?.currency], [19_900, "EUR"]);
  });

  test("deleteProduct() is refused while a sale has the product", async (shop) => {
    const { productId } = await shop.product();
    const other = await shop.product();
    const made = await shop.catalog.createSale(
      shop.saleFields([{ productId, stock: 1, perUserLimit: 1 }]),
    );
    assert(made.kind === "done");
    const refused = await shop.catalog.deleteProduct(productId);
    assert(refused.kind === "refused" && refused.refusal.kind === "in_use");
    assertEquals(await shop.catalog.deleteProduct(other.productId), { kind: "done", value: null });
    assertEquals(await shop.catalog.deleteProduct(other.productId), { kind: "not_found" });
    assertEquals(await shop.catalog.getProduct(other.productId), null);
    // An id is never given again.
    assert((await shop.product()).productId > other.productId);
  });

  test("deleteProduct() and createSale() of one product at once leave no sale without it", async (shop) => {
    for (let round = 0; round < 10; round++) {
      const { productId } = await shop.product();
      const [made, deleted] = await Promise.all([
        shop.catalog.createSale(shop.saleFields([{ productId, stock: 1, perUserLimit: 1 }])),
        shop.catalog.deleteProduct(productId),
      ]);
      assertEquals([made.kind, deleted.kind].toSorted(), ["done", "refused"]);
    }
  });

  test("listProducts() pages, newest first", async (shop) => {
    const before = (await shop.catalog.listProducts(1, 1)).total;
    const ids: number[] = [];
    for (let at = 0; at < 5; at++) ids.unshift((await shop.product()).productId);
    const second = await shop.catalog.listProducts(2, 2);
    assertEquals([second.page, second.per, second.total], [2, 2, before + 5]);
    assertEquals(second.items.map(({ productId }) => productId), ids.slice(2, 4));
    assertEquals((await shop.catalog.listProducts(1_000, 200)).items, []);
    await assertRejects(() => shop.catalog.listProducts(0, 10), RangeError);
  });

  test("listProducts() finds by a part of the name, whatever its case", async (shop) => {
    const mark = crypto.randomUUID();
    const names = [`Kettle ${mark}`, `Tea 100% ${mark}`, `Tea 100x ${mark}`, `Pot! ${mark}`];
    for (const name of names) await shop.product({ name });
    const found = async (name: string) =>
      (await shop.catalog.listProducts(1, 10, name)).items.map((product) => product.name);
    assertEquals(await found(`KETTLE ${mark}`), [names[0]!]);
    assertEquals(await found(`00% ${mark}`), [names[1]!]);
    assertEquals(await found(`t! ${mark}`), [names[3]!]);
    assertEquals(await found(`te_ ${mark}`), []);
    assertEquals((await shop.catalog.listProducts(2, 3, mark)).total, 4);
  });
}
