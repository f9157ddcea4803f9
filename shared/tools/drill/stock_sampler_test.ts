import { assertEquals } from "@std/assert";
import type { Probe } from "./probe.ts";
import { checkSamples, type StockSample, StockSampler } from "./stock_sampler.ts";

const sample = (changes: Partial<StockSample> = {}): StockSample => {
  return { at: 0, stock: 10, sold: 10, held: 10, ...changes };
};

Deno.test("checkSamples() is content while no more is held than was put on sale", () => {
  const samples = [sample(), sample({ sold: 3, held: 4 }), sample({ stock: -1, sold: 99 })];
  assertEquals(checkSamples(samples).violations, []);
});

Deno.test("checkSamples() notices I2: orders that hold more than there is, if only once", () => {
  const { violations, counts } = checkSamples([sample(), sample({ held: 12 }), sample()]);
  assertEquals(violations.map(({ rule }) => rule), ["I2"]);
  assertEquals(counts.oversold, 2);
});

Deno.test("checkSamples() notices I2: a counter above the stock", () => {
  assertEquals(checkSamples([sample({ sold: 11 })]).violations.map(({ rule }) => rule), ["I2"]);
});

Deno.test("StockSampler looks, counts looks that failed, and ends", async () => {
  let looks = 0;
  const probe = {
    sql: () => {
      looks += 1;
      return looks % 2 === 1
        ? Promise.resolve([{ stock: 5, sold: 1, held: 1 }])
        : Promise.reject(new Error("away"));
    },
  } as unknown as Probe;
  const sampler = new StockSampler(probe, { saleId: 1, productId: 2 });
  while (sampler.missed === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await sampler.stop();
  assertEquals(sampler.samples.map(({ stock, sold, held }) => [stock, sold, held]), [[5, 1, 1]]);
});
