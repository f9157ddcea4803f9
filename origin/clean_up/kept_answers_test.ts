import { assertEquals } from "@std/assert";
import type { BuyAnswer, InternalBuy } from "../../shared/internal_api.ts";
import type { ItemKey } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import type { BuyDesk } from "../buy/buy_desk.ts";
import type { RegisteredItem } from "../buy/sale_registry.ts";
import type { CleanUpBook, KeptOrder, KeptUsers } from "./clean_up_book.ts";
import { KeptAnswers, READ_TIMEOUT_MS, REST_MS } from "./kept_answers.ts";

const KEPT: KeptOrder = {
  item: "1-11",
  userId: "ann",
  requestId: "key",
  ticket: "1-11-ann-1",
  quantity: 1,
  live: true,
  payBy: 5,
};

/** Sales 1 and 2 are cleaned up, sale 3 is open; the desk behind it answers for that one. */
class KeptTest {
  nowMs = 1_000_000;
  readonly asked: KeptUsers[][] = [];
  keptOrders: CleanUpBook["keptOrders"] = (wanted) => {
    this.asked.push(wanted);
    return Promise.resolve([KEPT]);
  };
  readonly desk: KeptAnswers;

  constructor() {
    const behind: BuyDesk = {
      decide: ({ buys }) =>
        Promise.resolve({
          answers: buys.map(([saleId]): BuyAnswer =>
            saleId === 3 ? { outcome: "sold_out" } : { outcome: "paused" }
          ),
          stock: [],
        }),
    };
    this.desk = new KeptAnswers(behind, {
      registry: {
        find: (item: ItemKey) => ({
          sale: item.startsWith("3-") ? {} : { isCleaned: true },
        } as RegisteredItem),
      },
      cleanUpBook: { keptOrders: (wanted) => this.keptOrders(wanted) },
      clock: () => this.nowMs,
      log: logOf("test"),
    });
  }

  async outcomes(saleIds: number[], budgetMs: number): Promise<string[]> {
    const buys = saleIds.map((saleId): InternalBuy => [saleId, 11, "ann", 1, "key", 0]);
    const { answers } = await this.desk.decide({ v: 1, budgetMs, buys });
    return answers.map(({ outcome }) => outcome);
  }
}

/** Longer than what is waited for at most. */
const ENOUGH_MS = READ_TIMEOUT_MS + 200;

Deno.test("KeptAnswers asks once for all items of a batch that were cleaned up", async () => {
  const test = new KeptTest();
  assertEquals(await test.outcomes([1, 3, 2, 1], ENOUGH_MS), [
    "reserved",
    "sold_out",
    "ended",
    "reserved",
  ]);
  assertEquals(test.asked, [[{ item: "1-11", userIds: ["ann"] }, {
    item: "2-11",
    userIds: ["ann"],
  }]]);
  assertEquals(await test.outcomes([3], ENOUGH_MS), ["sold_out"]);
  assertEquals(test.asked.length, 1);
});

Deno.test("KeptAnswers lets the other buys wait for no database that is away", async () => {
  const test = new KeptTest();
  let asked = 0;
  // It never answers: whoever waited for it would wait for ever.
  test.keptOrders = () => {
    asked += 1;
    return new Promise(() => {});
  };
  assertEquals(await test.outcomes([1, 3], ENOUGH_MS), ["unavailable", "sold_out"]);
  // Left alone for a second, then asked again.
  assertEquals(await test.outcomes([3, 2], ENOUGH_MS), ["sold_out", "unavailable"]);
  assertEquals(asked, 1);
  test.nowMs += REST_MS;
  assertEquals(await test.outcomes([1], ENOUGH_MS), ["unavailable"]);
  assertEquals(asked, 2);
});

Deno.test("KeptAnswers leaves a database alone that failed", async () => {
  const test = new KeptTest();
  const { keptOrders } = test;
  test.keptOrders = () => Promise.reject(new Error("away"));
  assertEquals(await test.outcomes([1, 3], ENOUGH_MS), ["unavailable", "sold_out"]);
  test.keptOrders = keptOrders;
  assertEquals(await test.outcomes([1], ENOUGH_MS), ["unavailable"]);
  test.nowMs += REST_MS;
  assertEquals(await test.outcomes([1], ENOUGH_MS), ["reserved"]);
  assertEquals(test.asked.length, 1);
});

Deno.test("KeptAnswers takes no more of a caller's time than he has", async () => {
  const test = new KeptTest();
  const { keptOrders } = test;
  test.keptOrders = () => new Promise(() => {});
  assertEquals(await test.outcomes([1, 3], 1), ["unavailable", "sold_out"]);
  assertEquals(await test.outcomes([1, 3], 110), ["unavailable", "sold_out"]);
  // That somebody was in a hurry says nothing of the database.
  test.keptOrders = keptOrders;
  assertEquals(await test.outcomes([1], ENOUGH_MS), ["reserved"]);
});

Deno.test("KeptAnswers has few reads under way", async () => {
  const test = new KeptTest();
  let asked = 0;
  test.keptOrders = () => {
    asked += 1;
    return new Promise(() => {});
  };
  const found = await Promise.all(Array.from({ length: 20 }, () => test.outcomes([1], 110)));
  assertEquals([asked, new Set(found.flat())], [8, new Set(["unavailable"])]);
});
