import { assert, assertEquals } from "@std/assert";
import { SaleIndex } from "./sale_index.ts";
import { SAMPLE_NOW_MS as NOW, sampleItem, sampleSale } from "./testing/sample_sale.ts";

function live(stock: number | null, productId = 1) {
  return [{ saleId: 1, productId, stock }];
}

Deno.test("SaleIndex knows when all items of a sale are sold out", () => {
  const index = new SaleIndex();
  index.replace([sampleSale(1, { items: [sampleItem(1), sampleItem(2)] })], NOW);
  const state = () => index.sales.get(1)!.state(NOW);
  index.applyLive([...live(0, 1), ...live(3, 2)], NOW);
  assertEquals(state(), "open");
  index.applyStock([{ saleId: 1, productId: 2, stock: 0 }], NOW);
  assertEquals(state(), "sold_out");
  index.applyLive(live(1, 1), NOW);
  assertEquals(state(), "open");
});

Deno.test("SaleIndex never calls unlimited stock sold out", () => {
  const index = new SaleIndex();
  index.replace([sampleSale(1, { items: [sampleItem(1, { stock: -1 })] })], NOW);
  index.applyLive(live(-1), NOW);
  assertEquals(index.sales.get(1)!.state(NOW), "open");
});

Deno.test("SaleIndex keeps the last stock while the ledger is away", () => {
  const index = new SaleIndex();
  index.replace([sampleSale(1)], NOW);
  index.applyLive(live(4), NOW);
  index.applyLive(live(null), NOW);
  assertEquals(index.sales.get(1)!.items.get(1)!.stock, 4);
});

Deno.test("SaleIndex names every sold-out period differently, also across changes", () => {
  const index = new SaleIndex();
  const period = () => index.sales.get(1)!.items.get(1)!.soldOut;
  index.replace([sampleSale(1)], NOW);
  index.applyLive(live(0), NOW);
  const first = period()!;
  index.applyLive(live(0), NOW + 300);
  assert(period() === first);
  index.replace([sampleSale(1, { title: "Changed" })], NOW + 600);
  assert(period() === first);
  index.applyLive(live(2), NOW + 900);
  assertEquals(period(), null);
  index.applyLive(live(0), NOW + 1_200);
  assert(period()!.name !== first.name);
  assertEquals(period()!.sinceMs, NOW + 1_200);
});

Deno.test("SaleIndex names every pause differently", () => {
  const index = new SaleIndex();
  const names = [false, true, true, false, true].map((paused, i) => {
    index.replace([sampleSale(1, { paused })], NOW + i);
    return index.sales.get(1)!.paused?.name ?? null;
  });
  assertEquals(names, [null, "paused-1", "paused-1", null, "paused-2"]);
});

Deno.test("SaleIndex forgets sales and products that are gone", () => {
  const index = new SaleIndex();
  index.replace([sampleSale(1), sampleSale(2, { items: [sampleItem(2)] })], NOW);
  index.replace([sampleSale(2, { items: [sampleItem(2)] })], NOW);
  assertEquals([...index.sales.keys()], [2]);
  assertEquals([...index.products.keys()], [2]);
  index.applyLive(live(0), NOW);
});

Deno.test("SaleIndex lists the sales of a product with the newest one's price", () => {
  const index = new SaleIndex();
  const sales = [
    sampleSale(9, { items: [sampleItem(1, { price: 500 })] }),
    sampleSale(4, { items: [sampleItem(1, { price: 900 })] }),
  ];
  index.replace(sales, NOW);
  const product = index.products.get(1)!;
  assertEquals([product.price, product.saleIds], [500, [9, 4]]);
});

Deno.test("SaleIndex tells when an item sold out and when a piece may come back", () => {
  const index = new SaleIndex();
  index.replace([sampleSale(1)], NOW);
  const items = () => JSON.parse(index.sales.get(1)!.stockJson(NOW, "now")).items;
  index.applyLive([{ ...live(0)[0]!, soldOutAt: NOW, mayReturnAt: NOW + 1_000 }], NOW);
  const expected = {
    productId: 1,
    stock: 0,
    soldOutAt: "2030-01-15T12:00:00.000Z",
    mayReturnAt: "2030-01-15T12:00:01.000Z",
  };
  assertEquals(items(), [expected]);
  // Facts of the sale change, what is known of its stock stays.
  index.replace([sampleSale(1, { title: "Renamed" })], NOW);
  assertEquals(items(), [expected]);
  index.applyLive(live(2), NOW);
  assertEquals(items(), [{ productId: 1, stock: 2 }]);
});
