import { assertEquals, assertRejects } from "@std/assert";
import type { PublishedSale } from "../catalog/catalog.ts";
import { DatabaseError } from "../database/database.ts";
import type { ExpiredHold } from "../orders/unpaid_book.ts";
import { HoldCounts } from "./hold_counts.ts";

const START = 1_800_000_000_000;

/** Counts over a table and sales that the test changes. */
function counting(maxBuyers?: number) {
  const shop = {
    now: START,
    away: false,
    rows: [] as ExpiredHold[],
    closed: new Set<number>(),
    endsAt: new Map([[1, START + 60_000], [2, START + 120_000]]),
    /** How many rows each query gave. */
    reads: [] as number[],
  };
  const counts = new HoldCounts({
    unpaid: {
      expiredHolds(afterId, beforeId, limit) {
        if (shop.away) return Promise.reject(new DatabaseError("unavailable", "away"));
        const found = shop.rows.filter(({ id }) => id > afterId && id < beforeId)
          .toSorted((a, b) => b.id - a.id)
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
    ...(maxBuyers === undefined ? {} : { maxBuyers }),
  });
  let lastId = 0;
  const expire = (userId: string, expired: number, saleId = 1, id = lastId + 1) => {
    lastId = Math.max(lastId, id);
    shop.rows.push({ id, saleId, userId, expired });
  };
  return { shop, counts, expire };
}

Deno.test("HoldCounts keeps the highest count of each buyer and sale, newest first", async () => {
  const { counts, expire } = counting();
  expire("ann", 1);
  expire("bob", 1);
  await counts.refresh();
  assertEquals(counts.current(), [[1, "bob", 1], [1, "ann", 1]]);
  expire("ann", 2);
  expire("ann", 1, 2);
  expire("bob", 1);
  await counts.refresh();
  assertEquals(counts.current(), [[2, "ann", 1], [1, "ann", 2], [1, "bob", 1]]);
});

Deno.test("HoldCounts sees an id that appears after a higher one", async () => {
  const { counts, expire } = counting();
  expire("ann", 1, 1, 7_000);
  await counts.refresh();
  expire("bob", 1, 1, 6_990);
  expire("ann", 3, 1, 6_999);
  await counts.refresh();
  assertEquals(counts.current(), [[1, "ann", 3], [1, "bob", 1]]);
  // Several inserts of 256 rows that took their ids before, and were committed after.
  for (let id = 6_000; id < 6_256; id += 1) expire(`late-${id}`, 1, 1, id);
  await counts.refresh();
  assertEquals(counts.size, 258);
});

Deno.test("HoldCounts reads only what is new", async () => {
  const { shop, counts, expire } = counting();
  for (let at = 0; at < 12_000; at += 1) expire(`user-${at}`, 1);
  await counts.refresh();
  assertEquals(shop.reads, [5_000, 5_000, 2_000]);
  shop.reads.length = 0;
  expire("new", 1);
  await counts.refresh();
  assertEquals(shop.reads, [5_000, 1]);
  assertEquals(counts.size, 12_001);
});

Deno.test("HoldCounts leaves out sales that are over", async () => {
  const { shop, counts, expire } = counting();
  expire("ann", 1, 1);
  expire("ann", 1, 2);
  expire("ann", 1, 3);
  await counts.refresh();
  assertEquals(counts.current(), [[2, "ann", 1], [1, "ann", 1]]);
  shop.now = START + 60_000;
  assertEquals(counts.current(), [[2, "ann", 1]]);
  shop.closed.add(2);
  assertEquals(counts.current(), []);
  // An end that was moved brings them back.
  shop.endsAt.set(1, START + 600_000);
  assertEquals(counts.current(), [[1, "ann", 1]]);
});

Deno.test("HoldCounts forgets sales that are over first, then the oldest", async () => {
  const { shop, counts, expire } = counting(3);
  expire("ann", 1, 2);
  expire("bob", 1, 1);
  expire("cid", 1, 2);
  await counts.refresh();
  shop.closed.add(1);
  expire("dan", 1, 2);
  await counts.refresh();
  assertEquals(counts.current(), [[2, "dan", 1], [2, "cid", 1], [2, "ann", 1]]);
  expire("eve", 1, 2);
  expire("ann", 2, 2);
  await counts.refresh();
  assertEquals(counts.current(), [[2, "ann", 2], [2, "eve", 1], [2, "dan", 1]]);
});

Deno.test("HoldCounts reads a round again that the database broke off", async () => {
  const { shop, counts, expire } = counting();
  expire("ann", 1);
  shop.away = true;
  await assertRejects(() => counts.refresh(), DatabaseError, "away");
  shop.away = false;
  await counts.refresh();
  assertEquals(counts.current(), [[1, "ann", 1]]);
});
