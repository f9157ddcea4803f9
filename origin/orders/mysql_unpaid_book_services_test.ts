import { assert, assertEquals, assertLess } from "@std/assert";
import { itemKey } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { cancelUnpaid } from "../worker/cancel_unpaid.ts";
import { batchOf, BookShop, TEST_NOW, ticketsIn, users } from "./testing/book_shop.ts";
import { unpaidContract } from "./testing/unpaid_contract.ts";

const scratch = scratchForThisFile();

unpaidContract("MySQL", (clock) => openMysql(scratch.url(), clock));

/** When every order of the tests below is due. */
const LATER = TEST_NOW + 1_000_000;

function sweep(shop: BookShop): Promise<number> {
  return cancelUnpaid({
    unpaid: shop.unpaid,
    log: logOf("test"),
    signal: new AbortController().signal,
    onCancelled: () => {},
  });
}

const inShop = (work: (shop: BookShop) => Promise<void>) =>
  BookShop.with((clock) => openMysql(scratch.url(), clock), work);

Deno.test("MySQL: two sweeps end 5,000 due orders of one item within seconds", () =>
  inShop(async (shop) => {
    // What other tests left in this database is not counted here.
    shop.now = LATER;
    await sweep(shop);
    shop.now = TEST_NOW;
    const item = await shop.item(5_000);
    for (let at = 0; at < 10; at += 1) {
      await shop.write(batchOf(item, users(500, `due${at}`), { n: 1 + at * 500 }));
    }
    shop.now = LATER;
    const begun = performance.now();
    const ended = await Promise.all([sweep(shop), sweep(shop)]);
    // It takes about a second; the rest is for a busy test machine.
    assertLess(performance.now() - begun, 5_000);
    assertEquals(ended[0]! + ended[1]!, 5_000);
    assertEquals((await shop.state(item)).sold, 0);
    assertEquals((await shop.eventsOf(item)).length, 5_000);
  }));

Deno.test("MySQL: holds that expire in many items at the same moment bar their buyers", () =>
  inShop(async (shop) => {
    const products = await Promise.all(Array.from({ length: 6 }, () => shop.product()));
    const made = await shop.catalog.createSale(shop.saleFields(
      products.map(({ productId }) => ({ productId, stock: 300, perUserLimit: 1 })),
      { maxExpiredHolds: 6 },
    ));
    assert(made.kind === "done");
    const { saleId } = made.value;
    await shop.catalog.publishSale(saleId);
    const items = products.map(({ productId }) => itemKey(saleId, productId));
    for (const item of items) {
      await shop.reopen(item);
      await shop.write(batchOf(item, users(200)));
    }
    shop.now = LATER;
    // Each works on another item, and all items are held by the same buyers.
    const outcomes = await Promise.all(
      items.map((item) =>
        shop.unpaid.cancelOrders(ticketsIn(batchOf(item, users(200))), "expired")
      ),
    );
    assertEquals(outcomes.flat().filter((outcome) => outcome === "cancelled").length, 1_200);
    const barred = await shop.unpaid.barredBuyers(0, 10_000);
    const here = barred.filter((one) => one.saleId === saleId);
    assertEquals(here.length, 200, "whoever came last has counted all six");
  }));
