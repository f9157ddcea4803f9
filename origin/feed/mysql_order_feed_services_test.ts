import { assertEquals } from "@std/assert";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { batchOf, BookShop, TEST_NOW, users } from "../orders/testing/book_shop.ts";
import { GAP_PATIENCE_MS } from "./settled_rows.ts";
import { writeOrderEvents } from "./order_events.ts";
import { feedContract } from "./testing/feed_contract.ts";
import { FeedReader } from "./testing/feed_reader.ts";

const scratch = scratchForThisFile();
const open = (clock: () => number) => openMysql(scratch.url(), clock);

feedContract("MySQL", open);

/** A shop, and a transaction that has written an event and not ended yet. */
async function withOpenTransaction(
  work: (
    shop: BookShop,
    feed: FeedReader,
    end: (commits: boolean) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  await BookShop.with(open, async (shop) => {
    const item = await shop.item(100);
    await shop.write(batchOf(item, users(20)));
    const feed = await FeedReader.fromNow(shop.database, () => shop.now);
    const [row] = await shop.database.query<{ id: number; ticket: string; sale_id: number }>(
      "SELECT id, ticket, sale_id FROM orders ORDER BY id DESC LIMIT 1",
    );
    const change = {
      item: { saleId: row!.sale_id, productId: 1, isCopy: false },
      was: "unpaid",
      becomes: "paid",
    } as const;
    const written = Promise.withResolvers<void>();
    const ending = Promise.withResolvers<boolean>();
    const other = await open(() => shop.now);
    const slow = other.transaction(async (tx) => {
      await writeOrderEvents(tx, change, [row!], TEST_NOW);
      written.resolve();
      if (!await ending.promise) throw new Error("rolled back");
    }).catch(() => {});
    try {
      await written.promise;
      // Committed at once, and therefore seen first, with the higher position.
      await shop.write(batchOf(item, ["fast"], { n: 50 }));
      await work(shop, feed, async (commits) => {
        ending.resolve(commits);
        await slow;
      });
    } finally {
      ending.resolve(false);
      await slow;
      await other.close();
    }
  });
}

Deno.test("MySQL: what is behind an open transaction waits for it, and comes after it", () =>
  withOpenTransaction(async (_shop, feed, end) => {
    assertEquals(await feed.told(), []);
    await end(true);
    assertEquals(await feed.told(), [["user-19", "paid"], ["fast", "created"]]);
  }));

Deno.test("MySQL: what is behind a transaction that failed comes when the gap is old", () =>
  withOpenTransaction(async (shop, feed, end) => {
    await end(false);
    assertEquals(await feed.told(), []);
    shop.now = TEST_NOW + GAP_PATIENCE_MS - 1;
    assertEquals(await feed.told(), []);
    shop.now = TEST_NOW + GAP_PATIENCE_MS;
    assertEquals(await feed.told(), [["fast", "created"]]);
  }));

Deno.test("MySQL: an old gap in which a transaction is still open is not passed over", () =>
  withOpenTransaction(async (shop, feed, end) => {
    // Say that its commit hangs on a slow disk.
    shop.now = TEST_NOW + GAP_PATIENCE_MS * 10;
    assertEquals(await feed.told(), []);
    await end(true);
    assertEquals(await feed.told(), [["user-19", "paid"], ["fast", "created"]]);
  }));

Deno.test("MySQL: a feed that is read while eight write misses nothing and repeats nothing", () =>
  BookShop.with(open, async (shop) => {
    const items = await Promise.all(Array.from({ length: 8 }, () => shop.item(1_000)));
    const feed = await FeedReader.fromNow(shop.database, () => shop.now);
    const told: string[] = [];
    let writing = true;
    const reading = (async () => {
      while (writing) told.push(...(await feed.rest(50)).map(({ order }) => order.ticket));
    })();
    await Promise.all(items.map(async (item) => {
      for (let at = 0; at < 12; at += 1) {
        await shop.write(batchOf(item, users(10 + at, `u${at}`), { n: 1 + at * 50 }));
      }
    }));
    writing = false;
    await reading;
    // Whatever lost a deadlock has left a gap.
    shop.now += GAP_PATIENCE_MS;
    told.push(...(await feed.rest()).map(({ order }) => order.ticket));
    const count = 8 * 12 * 10 + 8 * 66;
    assertEquals([told.length, new Set(told).size], [count, count]);
    console.log(`${count} events of 96 transactions, read while eight wrote`);
  }));
