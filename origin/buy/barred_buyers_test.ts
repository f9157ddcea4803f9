import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import type { PublishedSale } from "../catalog/catalog.ts";
import { DatabaseError } from "../database/database.ts";
import type { BarredBuyer } from "../orders/unpaid_book.ts";
import { BarredBuyers } from "./barred_buyers.ts";

const START = 1_800_000_000_000;

/** Barred buyers over a table and sales that the test changes. */
function barred(bounds: { maxBarred?: number; lookBackIds?: number } = {}) {
  const shop = {
    now: START,
    away: false,
    rows: [] as BarredBuyer[],
    endsAt: new Map([[1, START + 3_600_000], [2, START + 7_200_000]]),
    closed: new Set<number>(),
    /** How many rows each query gave. */
    reads: [] as number[],
  };
  const isOver = (saleId: number) =>
    shop.closed.has(saleId) || (shop.endsAt.get(saleId) ?? 0) <= shop.now;
  const buyers = new BarredBuyers({
    unpaid: {
      barredBuyers: (afterId, limit) => {
        if (shop.away) return Promise.reject(new DatabaseError("unavailable", "away"));
        const found = shop.rows
          .filter(({ id, saleId }) => id > afterId && !isOver(saleId))
          .toSorted((a, b) => a.id - b.id)
          .slice(0, limit);
        shop.reads.push(found.length);
        return Promise.resolve(found);
      },
    },
    registry: {
      current: () => ({
        version: 1,
        loadedAt: shop.now,
        sales: [...shop.endsAt].map(([saleId, endsAt]) => ({
          saleId,
          endsAt,
          status: shop.closed.has(saleId) ? "closed" : "published",
        } as PublishedSale)),
      }),
    },
    clock: () => shop.now,
    log: logOf("test"),
    ...bounds,
  });
  const bar = (id: number, userId: string, saleId = 1) => shop.rows.push({ id, saleId, userId });
  const isBarred = (userId: string, saleId = 1) => buyers.restriction(saleId, userId) === "blocked";
  const round = async (passedMs = 500) => {
    shop.now += passedMs;
    await buyers.refresh();
  };
  return { shop, buyers, bar, isBarred, round };
}

Deno.test("BarredBuyers learns of buyers round by round, in their own sale only", async () => {
  const { bar, isBarred, round } = barred();
  bar(1, "ann");
  assertEquals(isBarred("ann"), false);
  await round();
  assertEquals([isBarred("ann"), isBarred("ann", 2), isBarred("bob")], [true, false, false]);
  bar(2, "bob", 2);
  await round();
  assertEquals([isBarred("bob"), isBarred("bob", 2)], [false, true]);
});

Deno.test("BarredBuyers sees an id that appears after a higher one", async () => {
  const { shop, bar, isBarred, round } = barred();
  bar(1, "ann");
  bar(7, "gus");
  await round();
  // Ids 2 to 6 were given out before 7, to transactions that commit later.
  bar(3, "cid");
  await round();
  bar(6, "flo");
  await round(50_000);
  bar(2, "bob");
  await round(9_000);
  assertEquals(["cid", "flo", "bob"].map((user) => isBarred(user)), [true, true, true]);
  // Later than that only the reading of everything finds it.
  await round(60_000);
  await round();
  assertEquals(shop.reads.at(-1), 0, "nothing is read again for ever");
  bar(4, "dan");
  await round();
  assertEquals(isBarred("dan"), false);
  await round(600_000);
  assertEquals(isBarred("dan"), true);
});

Deno.test("BarredBuyers reads back a bounded number of ids", async () => {
  const { shop, bar, isBarred, round } = barred({ lookBackIds: 3 });
  for (let id = 1; id <= 100; id += 2) bar(id, `user${id}`);
  await round();
  await round();
  assertEquals(shop.reads.at(-1), 2);
  bar(98, "late");
  await round();
  assertEquals(isBarred("late"), true);
});

Deno.test("BarredBuyers reads page after page", async () => {
  const { buyers, bar, isBarred, round } = barred();
  for (let id = 1; id <= 12_000; id += 1) bar(id, `user${id}`);
  await round();
  assertEquals(buyers.size, 12_000);
  assertEquals([isBarred("user1"), isBarred("user5001"), isBarred("user12000")], [
    true,
    true,
    true,
  ]);
});

Deno.test("BarredBuyers forgets a sale that is over, and reads it again when it is not", async () => {
  const { shop, buyers, bar, isBarred, round } = barred();
  bar(1, "ann");
  bar(2, "bob", 2);
  await round();
  shop.closed.add(2);
  await round(3_600_000);
  assertEquals([isBarred("ann"), isBarred("bob", 2), buyers.size], [false, false, 0]);
  // The operator moves the end.
  shop.endsAt.set(1, shop.now + 60_000);
  await round();
  assertEquals([isBarred("ann"), isBarred("bob", 2), buyers.size], [true, false, 1]);
});

Deno.test("BarredBuyers keeps what it knows while the database is away", async () => {
  const { shop, bar, isBarred, round } = barred();
  bar(1, "ann");
  await round();
  shop.away = true;
  bar(2, "bob");
  await assertRejects(() => round(), DatabaseError);
  assertEquals([isBarred("ann"), isBarred("bob")], [true, false]);
  shop.away = false;
  await round();
  assertEquals(isBarred("bob"), true);
});

Deno.test("BarredBuyers remembers a bounded number and takes others when there is room", async () => {
  const { shop, buyers, bar, isBarred, round } = barred({ maxBarred: 3 });
  bar(1, "ann");
  bar(2, "bob");
  for (const id of [3, 4, 5]) bar(id, `user${id}`, 2);
  await round();
  assertEquals([buyers.size, isBarred("user3", 2), isBarred("user4", 2)], [3, true, false]);
  shop.closed.add(1);
  await round();
  assertEquals([buyers.size, isBarred("user4", 2), isBarred("user5", 2)], [3, true, true]);
});
