import { assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../../shared/sale.ts";
import { logOf } from "../../shared/log.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import { LIVE_STOCK_TTL_MS, LiveStock, PAST_STOCK_TTL_MS } from "./live_stock.ts";

function sale(saleId: number, changes: Partial<PublishedSale> = {}): PublishedSale {
  return {
    saleId,
    title: "Spring",
    startsAt: 1_000,
    endsAt: 100_000,
    status: "published",
    paused: false,
    minLevel: 0,
    claims: [],
    captcha: "off",
    limits: DEFAULT_LIMITS,
    paymentWindowS: 900,
    maxExpiredHolds: 3,
    items: [{ productId: 7, stock: 5, price: 1, currency: "CNY", perUserLimit: 1 }],
    products: [],
    openEpochs: [{ item: `${saleId}-7`, openEpoch: 3, stock: 5 }],
    ...changes,
  };
}

/** Live stock over a ledger that counts its calls and answers with their number. */
function counting(sales: PublishedSale[]) {
  const state = { now: 10_000, up: true, version: 1, sales, calls: [] as string[][] };
  const liveStock = new LiveStock({
    ledger: {
      isUp: () => state.up,
      readStock(items: ItemEpoch[]) {
        state.calls.push(items.map(({ item, epoch }) => `${item}@${epoch}`));
        return Promise.resolve(items.map(() => state.calls.length));
      },
    },
    registry: { current: () => ({ version: state.version, loadedAt: 1, sales: state.sales }) },
    clock: () => state.now,
    log: logOf("test"),
  });
  return { state, read: () => liveStock.read() };
}

Deno.test("LiveStock.read() asks the ledger once for all who ask within 100 ms", async () => {
  const { state, read } = counting([sale(1)]);
  const answers = await Promise.all([read(), read(), read()]);
  assertEquals(answers[2], [{ saleId: 1, productId: 7, stock: 1 }]);
  state.now += LIVE_STOCK_TTL_MS - 1;
  await read();
  assertEquals(state.calls, [["1-7@3"]]);
  state.now += 1;
  assertEquals(await read(), [{ saleId: 1, productId: 7, stock: 2 }]);
});

Deno.test("LiveStock.read() asks again at once when the sales changed", async () => {
  const { state, read } = counting([sale(1)]);
  await read();
  state.version = 2;
  state.sales = [sale(1), sale(2)];
  assertEquals((await read()).map((item) => item.saleId), [1, 2]);
  assertEquals(state.calls.at(-1), ["1-7@3", "2-7@3"]);
});

Deno.test("LiveStock.read() asks seldom about sales that are over", async () => {
  const { state, read } = counting([sale(1), sale(2, { endsAt: 9_000 })]);
  assertEquals((await read()).length, 2);
  state.now += LIVE_STOCK_TTL_MS;
  await read();
  assertEquals(state.calls, [["1-7@3"], ["2-7@3"], ["1-7@3"]]);
  state.now += PAST_STOCK_TTL_MS;
  await read();
  assertEquals(state.calls.slice(3), [["1-7@3"], ["2-7@3"]]);
});

Deno.test("LiveStock.read() has null for items that are closed, and while the ledger is away", async () => {
  const closed = sale(1, { openEpochs: [{ item: "1-7", openEpoch: 0, stock: 5 }] });
  const { state, read } = counting([closed, sale(2)]);
  assertEquals((await read()).map((item) => item.stock), [null, 1]);
  state.up = false;
  state.now += LIVE_STOCK_TTL_MS;
  assertEquals((await read()).map((item) => item.stock), [null, null]);
});

Deno.test("LiveStock.read() asks again after the clock was set back", async () => {
  const { state, read } = counting([sale(1)]);
  await read();
  state.now -= 60_000;
  await read();
  assertEquals(state.calls.length, 2);
});
