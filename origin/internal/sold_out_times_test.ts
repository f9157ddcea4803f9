import { assertEquals } from "@std/assert";
import type { LiveItem } from "../../shared/internal_api.ts";
import type { ItemKey } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import { SOLD_OUT_TTL_MS, SoldOutTimes } from "./sold_out_times.ts";

const GONE: LiveItem = { saleId: 1, productId: 1, stock: 0 };
const LEFT: LiveItem = { saleId: 1, productId: 2, stock: 3 };

function timesOf(
  answer: () => Promise<{ soldOutAt: number | null; mayReturnAt: number | null }[]>,
) {
  const asked: ItemKey[][] = [];
  const state = { nowMs: 1_000 };
  const times = new SoldOutTimes({
    unpaid: {
      soldOutTimes(items) {
        asked.push(items);
        return answer();
      },
    },
    clock: () => state.nowMs,
    log: logOf("origin", "test"),
  });
  return { times, asked, state };
}

/** Lets promises that are already settled go on. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("SoldOutTimes never waits for the order book, and tells what it said", async () => {
  const { times, asked } = timesOf(() => Promise.resolve([{ soldOutAt: 500, mayReturnAt: 9_000 }]));
  assertEquals(times.with([GONE, LEFT]), [GONE, LEFT]);
  await settled();
  assertEquals(times.with([GONE, LEFT]), [
    { ...GONE, soldOutAt: 500, mayReturnAt: 9_000 },
    LEFT,
  ]);
  assertEquals(asked, [["1-1"]]);
});

Deno.test("SoldOutTimes leaves out what nobody knows", async () => {
  const { times } = timesOf(() => Promise.resolve([{ soldOutAt: null, mayReturnAt: null }]));
  times.with([GONE]);
  await settled();
  assertEquals(times.with([GONE]), [GONE]);
});

Deno.test("SoldOutTimes asks seldom and survives failures", async () => {
  let away = true;
  const { times, asked, state } = timesOf(() =>
    away
      ? Promise.reject(new Error("away"))
      : Promise.resolve([{ soldOutAt: 5, mayReturnAt: null }])
  );
  for (let count = 0; count < 10; count += 1) {
    times.with([GONE]);
    await settled();
  }
  assertEquals(asked.length, 1);
  away = false;
  state.nowMs += SOLD_OUT_TTL_MS;
  times.with([GONE]);
  await settled();
  assertEquals(times.with([GONE]), [{ ...GONE, soldOutAt: 5 }]);
  assertEquals(times.with([LEFT]), [LEFT]);
});
