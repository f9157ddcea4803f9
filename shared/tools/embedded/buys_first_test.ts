import { assertEquals } from "@std/assert";
import { BuysFirst } from "./buys_first.ts";

/** A line of time on which every sleep passes at once; `during` runs at each sleep. */
function timeline(during: (buysFirst: BuysFirst) => void = () => {}) {
  let nowMs = 1_000;
  const buysFirst: BuysFirst = new BuysFirst(() => nowMs, (ms) => {
    nowMs += ms;
    during(buysFirst);
    return Promise.resolve();
  });
  const waited = async () => {
    const since = nowMs;
    await buysFirst.giveWay();
    return nowMs - since;
  };
  return { buysFirst, waited };
}

Deno.test("BuysFirst does not hold up order writing when nobody buys", async () => {
  const { waited } = timeline();
  assertEquals(await waited(), 0);
});

Deno.test("BuysFirst waits until buys have been quiet for a moment", async () => {
  const { buysFirst, waited } = timeline();
  buysFirst.note();
  assertEquals(await waited(), 12);
});

Deno.test("BuysFirst lets orders through under a rush that does not end", async () => {
  const { buysFirst, waited } = timeline((self) => self.note());
  buysFirst.note();
  assertEquals(await waited(), 12);
});
