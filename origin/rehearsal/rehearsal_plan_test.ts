import { assert, assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../../shared/sale.ts";
import type { SaleItem } from "../catalog/catalog.ts";
import { crowdFor } from "./crowd.ts";
import { figuresOf, predict } from "./rehearsal_figures.ts";
import { MAX_COPY_STOCK, MAX_REHEARSAL_BUYERS, planItems } from "./rehearsal_plan.ts";

function items(...stocks: number[]): { items: SaleItem[] } {
  return {
    items: stocks.map((stock, at) => ({
      productId: at + 1,
      stock,
      price: 100,
      currency: "EUR",
      perUserLimit: 1,
    })),
  };
}

Deno.test("planItems() lets a fifth more come than there are pieces, and one more at least", () => {
  const plan = planItems(items(1_000, 0, 1, 3, -1));
  assertEquals(plan.map(({ stock, wishes }) => [stock, wishes]), [
    [1_000, 1_200],
    [0, 1],
    [1, 2],
    [3, 4],
    [-1, 1_000],
  ]);
  assertEquals(plan.map(({ realStock }) => realStock), [1_000, 0, 1, 3, -1]);
});

Deno.test("planItems() bounds pieces and buyers, however large the sale is", () => {
  assertEquals(planItems(items(1_000_000))[0]!.stock, MAX_COPY_STOCK);
  for (const count of [1, 2, 3, 4, 7, 50, 199, 200]) {
    for (const stock of [1_000_000, -1, 1]) {
      const plan = planItems(items(...Array.from({ length: count }, () => stock)));
      const buyers = plan.reduce((sum, { wishes }) => sum + wishes, 0);
      assert(buyers <= MAX_REHEARSAL_BUYERS, `${count} items of ${stock}: ${buyers}`);
      assert(plan.every((item) => item.stock < 0 || item.wishes > item.stock));
    }
  }
});

Deno.test("planItems() shares a given number of buyers out, every one of them", () => {
  for (const buyers of [1, 2, 7, 100, 9_999, 50_000]) {
    const plan = planItems(items(1_000, 10, -1), buyers);
    const sum = plan.reduce((total, { wishes }) => total + wishes, 0);
    assertEquals(sum, Math.min(buyers, MAX_REHEARSAL_BUYERS));
    assert(plan.every(({ wishes }) => wishes >= 0));
  }
  const plan = planItems(items(1_000, 1_000), 500);
  assertEquals(plan.map(({ wishes }) => wishes), [250, 250]);
});

Deno.test("crowdFor() mixes the items and names every buyer once", () => {
  const crowd = crowdFor(9, [{ productId: 1, wishes: 300 }, { productId: 2, wishes: 30 }]);
  assertEquals(crowd.length, 330);
  assertEquals(new Set(crowd.map(({ userId }) => userId)).size, 330);
  assertEquals(crowd[0]!.userId, "rehearsal-9-0");
  const early = crowd.slice(0, 110).filter(({ productId }) => productId === 2).length;
  assert(early >= 9 && early <= 11, `${early} of 10`);
});

Deno.test("figuresOf() measures rates and percentiles", () => {
  const batches = Array.from({ length: 100 }, (_, at) => at + 1);
  const times = { beganAt: 1_000, answeredAt: 1_500, writtenAt: 3_000 };
  assertEquals(figuresOf({ asked: 1_200, accepted: 1_000 }, batches, times), {
    asked: 1_200,
    accepted: 1_000,
    rushMs: 500,
    acceptedPerS: 2_000,
    askedPerS: 2_400,
    writtenMs: 2_000,
    writtenPerS: 500,
    drainMs: 1_500,
    batchP50Ms: 50,
    batchP95Ms: 95,
    batchMaxMs: 100,
  });
  const none = figuresOf({ asked: 0, accepted: 0 }, [], {
    beganAt: 5,
    answeredAt: 5,
    writtenAt: 5,
  });
  assertEquals([none.rushMs, none.acceptedPerS, none.batchMaxMs], [1, 0, 0]);
});

Deno.test("predict() goes by the slower of machine and limit, and says nothing of little", () => {
  const times = { beganAt: 0, answeredAt: 500, writtenAt: 2_000 };
  const figures = figuresOf({ asked: 1_200, accepted: 1_000 }, [10], times);
  const plan = planItems(items(10_000));
  const wide = { ...DEFAULT_LIMITS, ratePerSecond: 1_000_000, burst: 1_000_000 };
  assertEquals(predict(figures, plan, wide), {
    pieces: 10_000,
    isLimited: false,
    sellOutMs: 5_000,
    drainMs: 15_000,
  });
  const narrow = { ...DEFAULT_LIMITS, ratePerSecond: 100, burst: 2_000 };
  assertEquals(predict(figures, plan, narrow), {
    pieces: 10_000,
    isLimited: true,
    sellOutMs: 80_000,
    drainMs: 0,
  });
  assertEquals(predict(figures, planItems(items(-1)), wide), null);
  assertEquals(predict({ ...figures, accepted: 199 }, plan, wide), null);
});
