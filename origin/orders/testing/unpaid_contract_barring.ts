import { assertEquals } from "@std/assert";
import type { ItemKey } from "../../../shared/item.ts";
import { parseItemKey } from "../../../shared/item.ts";
import { batchOf, BookShop, type OpenDatabase, TEST_NOW, ticketsIn } from "./book_shop.ts";

/** Every hold of these tests is over by now, and the sale is not. */
const LATER = TEST_NOW + 1_000_000;

/** Buyers whose holds expire again and again. */
export function barringContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("a buyer is barred by the hold that reaches the cap of the sale", async (shop) => {
    const item = await shop.item(10);
    await setCap(shop, item, 2);
    await expire(shop, item, ["ann", "bob"], 1);
    assertEquals(await barredOf(shop, item), []);
    await expire(shop, item, ["ann"], 10);
    assertEquals(await barredOf(shop, item), ["ann"]);
    await expire(shop, item, ["ann", "bob"], 20);
    assertEquals(await barredOf(shop, item), ["ann", "bob"], "each once");
  });

  test("expiredHolds() tells each buyer's count, newest first", async (shop) => {
    const [item, other] = [await shop.item(10), await shop.item(10)];
    await expire(shop, item, ["ann", "bob"], 1);
    await expire(shop, other, ["ann"], 1);
    await expire(shop, item, ["ann"], 10);
    const saleIds = [item, other].map((one) => parseItemKey(one).saleId);
    const read = async (afterId = 0, beforeId = Number.MAX_SAFE_INTEGER, limit = 10_000) =>
      (await shop.unpaid.expiredHolds(afterId, beforeId, limit))
        .filter(({ saleId }) => saleIds.includes(saleId));
    const all = await read();
    assertEquals(all.map(({ userId, saleId, expired }) => [userId, saleId, expired]).slice(0, 2), [
      ["ann", saleIds[0], 2],
      ["ann", saleIds[1], 1],
    ]);
    assertEquals(all.slice(2).map(({ userId, expired }) => [userId, expired]).toSorted(), [
      ["ann", 1],
      ["bob", 1],
    ]);
    assertEquals(all.map(({ id }) => id), all.map(({ id }) => id).toSorted((a, b) => b - a));
    assertEquals(await read(all[2]!.id, all[0]!.id), [all[1]!]);
    assertEquals(await shop.unpaid.expiredHolds(0, all[0]!.id + 1, 1), [all[0]!]);
  });

  test("expiredHolds() counts no hold twice and none that was given back", async (shop) => {
    const item = await shop.item(10);
    const saleId = parseItemKey(item).saleId;
    const mine = async () =>
      (await shop.unpaid.expiredHolds(0, Number.MAX_SAFE_INTEGER, 10_000))
        .filter((hold) => hold.saleId === saleId);
    const message = batchOf(item, ["bob"], { n: 5 });
    await shop.write(message);
    await shop.cancel(ticketsIn(message)[0]!);
    assertEquals(await mine(), []);
    await expire(shop, item, ["ann"], 1);
    const before = await mine();
    // Another worker's sweep had the ticket on its list as well.
    const again = ticketsIn(batchOf(item, ["ann"], { n: 1 }));
    assertEquals(await shop.unpaid.cancelOrders(again, "expired"), ["not_unpaid"]);
    assertEquals(await mine(), before);
  });

  test("a buyer is barred late when the worker died between two steps", async (shop) => {
    const item = await shop.item(10);
    const { saleId } = parseItemKey(item);
    await setCap(shop, item, 2);
    await expire(shop, item, ["ann", "bob"], 1);
    await expire(shop, item, ["ann", "cid"], 10);
    // As if the orders had been cancelled, and nobody had counted.
    await shop.database.execute("DELETE FROM barred_buyer WHERE sale_id = ?", [saleId]);
    assertEquals(await barredOf(shop, item), []);
    const again = ticketsIn(batchOf(item, ["ann", "cid"], { n: 10 }));
    assertEquals(await shop.unpaid.cancelOrders(again, "by_buyer"), ["not_unpaid", "not_unpaid"]);
    assertEquals(await barredOf(shop, item), []);
    assertEquals(await shop.unpaid.cancelOrders(again, "expired"), ["not_unpaid", "not_unpaid"]);
    assertEquals(await barredOf(shop, item), ["ann"]);
  });

  test("holds that their buyer gives back bar nobody", async (shop) => {
    const item = await shop.item(10);
    await setCap(shop, item, 1);
    for (const n of [1, 2, 3]) {
      const message = batchOf(item, ["ann"], { n });
      await shop.write(message);
      await shop.cancel(ticketsIn(message)[0]!);
    }
    assertEquals(await barredOf(shop, item), []);
  });

  test("holds count in their own sale, over all of its items", async (shop) => {
    const { productId } = await shop.product();
    const { productId: second } = await shop.product();
    const made = await shop.catalog.createSale(shop.saleFields(
      [productId, second].map((id) => ({ productId: id, stock: 5, perUserLimit: 1 })),
    ));
    if (made.kind !== "done") throw new Error("no sale");
    const { saleId } = made.value;
    await shop.catalog.publishSale(saleId);
    const items = [`${saleId}-${productId}`, `${saleId}-${second}`] as ItemKey[];
    for (const item of items) await shop.reopen(item);
    const elsewhere = await shop.item(5);
    await setCap(shop, items[0]!, 2);
    await setCap(shop, elsewhere, 2);
    await expire(shop, elsewhere, ["ann"], 1);
    await expire(shop, items[0]!, ["ann"], 1);
    assertEquals(await barredOf(shop, items[0]!), []);
    await expire(shop, items[1]!, ["ann"], 1);
    assertEquals(await barredOf(shop, items[0]!), ["ann"]);
    assertEquals(await barredOf(shop, elsewhere), []);
  });

  test("barredBuyers() goes on behind an id and forgets sales that are over", async (shop) => {
    const [first, second] = [await shop.item(10), await shop.item(10)];
    for (const item of [first, second]) await setCap(shop, item, 1);
    await expire(shop, first, ["ann", "bob"], 1);
    await expire(shop, second, ["cid"], 1);
    const saleIds = [first, second].map((item) => parseItemKey(item).saleId);
    const read = async (afterId: number, limit: number) =>
      (await shop.unpaid.barredBuyers(afterId, limit))
        .filter(({ saleId }) => saleIds.includes(saleId));
    const all = await read(0, 10_000);
    assertEquals(all.map(({ userId }) => userId), ["ann", "bob", "cid"]);
    assertEquals(all.map(({ id }) => id), all.map(({ id }) => id).toSorted((a, b) => a - b));
    const rest = await shop.unpaid.barredBuyers(all[0]!.id, 1);
    assertEquals(rest, [{ id: all[1]!.id, saleId: saleIds[0]!, userId: "bob" }]);
    await shop.catalog.closeSale(saleIds[0]!);
    assertEquals((await read(0, 10_000)).map(({ userId }) => userId), ["cid"]);
    shop.now = TEST_NOW + 1_800_000;
    assertEquals(await read(0, 10_000), []);
  });
}

/** How many expired holds bar a buyer from the item's sale. */
async function setCap(shop: BookShop, item: ItemKey, cap: number): Promise<void> {
  await shop.database.execute("UPDATE sale SET max_expired_holds = ? WHERE id = ?", [
    cap,
    parseItemKey(item).saleId,
  ]);
}

/** Lets one hold of each user expire; `n` numbers the first of them. */
async function expire(
  shop: BookShop,
  item: ItemKey,
  users: string[],
  n: number,
): Promise<void> {
  const message = batchOf(item, users, { n });
  shop.now = TEST_NOW;
  await shop.write(message);
  shop.now = LATER;
  const outcomes = await shop.unpaid.cancelOrders(ticketsIn(message), "expired");
  assertEquals(outcomes, users.map(() => "cancelled" as const));
}

async function barredOf(shop: BookShop, item: ItemKey): Promise<string[]> {
  const barred = await shop.unpaid.barredBuyers(0, 10_000);
  return barred.filter(({ saleId }) => saleId === parseItemKey(item).saleId)
    .map(({ userId }) => userId);
}
