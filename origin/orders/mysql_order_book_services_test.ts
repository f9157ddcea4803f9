import { assertEquals } from "@std/assert";
import { parseItemKey } from "../../shared/item.ts";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { lockItem } from "./lock_item.ts";
import { batchOf, BookShop, users } from "./testing/book_shop.ts";
import { orderBookContract } from "./testing/order_book_contract.ts";

const scratch = scratchForThisFile();

orderBookContract("MySQL", (clock) => openMysql(scratch.url(), clock));

Deno.test("MySQL: writeOrders() does not wait for a change of the sale", () =>
  BookShop.with((clock) => openMysql(scratch.url(), clock), async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, users(3));
    await shop.database.transaction(async (tx) => {
      await tx.query("SELECT id FROM sale WHERE id = ? FOR UPDATE", [parseItemKey(item).saleId]);
      const outcome = await shop.book.writeOrders(message, encodeOrderMessage(message));
      assertEquals(outcome.kind, "written");
    });
  }));

Deno.test("MySQL: workers of several processes write many batches without a deadlock", () =>
  BookShop.with((clock) => openMysql(scratch.url(), clock), async (shop) => {
    const items = [await shop.item(1_000), await shop.item(1_000), await shop.item(1_000)];
    const others = await Promise.all(
      [1, 2].map(() => BookShop.open((clock) => openMysql(scratch.url(), clock))),
    );
    const batches = items.flatMap((item) =>
      Array.from({ length: 8 }, (_, at) => batchOf(item, users(30, `w${at}`), { n: 1 + at * 30 }))
    );
    try {
      // Every batch comes to every worker.
      const outcomes = await Promise.all(
        [shop, ...others].flatMap(({ book }) =>
          batches.map((batch) => book.writeOrders(batch, encodeOrderMessage(batch)))
        ),
      );
      assertEquals(outcomes.filter(({ kind }) => kind === "written").length, batches.length);
      const states = await shop.book.readItems(items);
      assertEquals(states.map((state) => state?.sold), [240, 240, 240]);
    } finally {
      for (const other of others) await other.database.close();
    }
  }));

Deno.test("MySQL: closing and opening an item wait for who writes about it, and never deadlock", () =>
  BookShop.with((clock) => openMysql(scratch.url(), clock), async (shop) => {
    const item = await shop.item(10);
    const [state] = await shop.book.readItems([item]);
    const mine = { item, epoch: state!.openEpoch };
    const { saleId, productId } = parseItemKey(item);
    const changes = [
      () => shop.book.closeItems([mine]),
      () => shop.book.markOpen(mine),
      () => shop.book.markDrained(mine),
    ];
    for (const change of changes) {
      let changed: Promise<unknown> = Promise.resolve();
      await shop.database.transaction(async (tx) => {
        await lockItem(tx, item);
        changed = change();
        // Its failure is met below.
        changed.catch(() => {});
        await waitsForItem(shop);
        // By whatever index the server finds best: the change must not hold it already.
        await tx.execute(
          "UPDATE sale_item SET sold = sold + 1 WHERE sale_id = ? AND product_id = ?",
          [saleId, productId],
        );
      });
      await changed;
    }
    const [after] = await shop.book.readItems([item]);
    assertEquals([after?.sold, after?.openEpoch, after?.drainedEpoch], [3, mine.epoch, mine.epoch]);
  }));

/** Waits until another connection of this database waits for the row of an item. */
async function waitsForItem(shop: BookShop): Promise<void> {
  const deadline = Date.now() + 10_000;
  let looks = 0;
  // Twice, because a statement that does not wait may be seen once.
  while (looks < 2) {
    const waiting = await shop.database.query(
      `SELECT ID FROM information_schema.PROCESSLIST
        WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND INFO LIKE '%sale_item%'`,
    );
    looks = waiting.length > 0 ? looks + 1 : 0;
    if (Date.now() > deadline) throw new Error("Nobody waits for the row");
  }
}
