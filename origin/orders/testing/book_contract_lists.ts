import { assertEquals, assertRejects } from "@std/assert";
import { parseItemKey } from "../../../shared/item.ts";
import { encodeOrderMessage } from "../../../shared/order_message.ts";
import { batchOf, BookShop, type OpenDatabase, ticketsIn, users } from "./book_shop.ts";

/** What is read of the record. */
export function listsContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("findOrders() answers in the order asked, whatever it is asked for", async (shop) => {
    const item = await shop.item(2_000);
    const messages = [0, 1, 2].map((at) =>
      batchOf(item, users(400, `f${at}`), { n: 1 + at * 400 })
    );
    for (const message of messages) await shop.write(message);
    const tickets = messages.flatMap(ticketsIn).reverse();
    const asked = [...tickets, "1-1-nobody-1000000001", "票", "", tickets[0]!];
    const found = await shop.book.findOrders(asked);
    assertEquals(found.map((order) => order?.ticket ?? null), [
      ...tickets,
      null,
      null,
      null,
      tickets[0]!,
    ]);
    assertEquals(await shop.book.findOrders([]), []);
    // Tickets are case-sensitive.
    assertEquals(await shop.book.findOrders([tickets[0]!.toUpperCase()]), [null]);
  });

  test("listOrders() filters, counts and pages, newest first", async (shop) => {
    const item = await shop.item(100);
    const { saleId } = parseItemKey(item);
    const me = `me-${crypto.randomUUID()}`;
    await shop.write(batchOf(item, [me, ...users(24)]));
    await shop.cancel(ticketsIn(batchOf(item, [me]))[0]!);
    await shop.write(batchOf(item, [me], { n: 100 }));

    const page = await shop.book.listOrders({ saleId }, 3, 10);
    assertEquals([page.page, page.per, page.total, page.items.length], [3, 10, 26, 6]);
    assertEquals(page.items[5]?.userId, me);
    const first = await shop.book.listOrders({ saleId }, 1, 1);
    assertEquals(first.items[0]?.requestId, `request-${me}-100`);
    assertEquals((await shop.book.listOrders({ saleId }, 9, 10)).items, []);
    const total = async (filter: Parameters<typeof shop.book.listOrders>[0]) =>
      (await shop.book.listOrders(filter, 1, 1)).total;
    assertEquals(await total({ saleId, status: "cancelled" }), 1);
    assertEquals(await total({ saleId, status: "unpaid" }), 25);
    assertEquals(await total({ userId: me }), 2);
    assertEquals(await total({ userId: me.toUpperCase() }), 0);
    assertEquals(await total({ userId: "票" }), 0);
    assertEquals(await total({ userId: me, saleId: 999_999_999 }), 0);
    for (const [wrong, per] of [[0, 10], [1, 0], [1, 201], [1.5, 10]] as const) {
      await assertRejects(() => shop.book.listOrders({}, wrong, per), RangeError, "must be");
    }
  });

  test("listTickets() walks an item's rows in pages", async (shop) => {
    const item = await shop.item(100);
    const other = await shop.item(100);
    await shop.write(batchOf(item, users(5)));
    await shop.write(batchOf(other, users(5)));
    await shop.write(batchOf(item, users(2, "late"), { n: 6 }));
    await shop.cancel(ticketsIn(batchOf(item, users(1)))[0]!);
    const walked: [string, boolean][] = [];
    let after = 0;
    for (let page = 0; page < 3; page++) {
      const rows = await shop.book.listTickets(item, after, 3);
      walked.push(...rows.map(({ order, live }): [string, boolean] => [order.userId, live]));
      after = rows[rows.length - 1]?.id ?? after;
    }
    assertEquals(walked, [
      ["user-0", false],
      ["user-1", true],
      ["user-2", true],
      ["user-3", true],
      ["user-4", true],
      ["late-0", true],
      ["late-1", true],
    ]);
    assertEquals(await shop.book.listTickets(item, after, 3), []);
  });

  test("totals() adds up quantities by status, also for items without orders", async (shop) => {
    const products = [await shop.product(), await shop.product()];
    const made = await shop.catalog.createSale(
      shop.saleFields(products.map(({ productId }) => ({ productId, stock: 5, perUserLimit: 2 }))),
    );
    if (made.kind !== "done") throw new Error("no sale");
    const { saleId } = made.value;
    await shop.catalog.publishSale(saleId);
    const items = products.map(({ productId }) => `${saleId}-${productId}` as const);
    await shop.reopen(items[0]!);
    const message = batchOf(items[0]!, ["ann", "bob", "eve"], { quantity: 2 });
    await shop.book.writeOrdersSingly(message, encodeOrderMessage(message));
    await shop.cancel(ticketsIn(message)[0]!);
    const none = { unpaid: 0, paid: 0, cancelled: 0, refused: 0, refundDue: 0, refunded: 0 };
    assertEquals(await shop.book.totals(saleId), [
      { item: items[0]!, ...none, unpaid: 2, cancelled: 2, refused: 2 },
      { item: items[1]!, ...none },
    ]);
    assertEquals(await shop.book.totals(999_999_999), []);
    await shop.reopen(items[0]!);
    await shop.reopen(items[1]!);
  });

  test("readItems() answers in the order asked, also for many", async (shop) => {
    const keys = [await shop.item(1), await shop.item(2)];
    const asked = [...Array(70).fill("999999999-1"), keys[1]!, keys[0]!];
    const states = await shop.book.readItems(asked);
    assertEquals(states.slice(0, 70).every((state) => state === null), true);
    assertEquals(states.slice(70).map((state) => state?.stock), [2, 1]);
    assertEquals(await shop.book.readItems([]), []);
  });
}
