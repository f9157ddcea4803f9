import { assert, assertEquals } from "@std/assert";
import { parseItemKey } from "../../../shared/item.ts";
import { ROWS_PER_STEP } from "../export_orders.ts";
import type { OrderFilter } from "../order_book.ts";
import type { ExportCursor, ExportedOrder } from "../order_reader.ts";
import { batchOf, BookShop, type OpenDatabase, TEST_NOW, ticketsIn, users } from "./book_shop.ts";

/** How operators read orders, all of them and one by one. */
export function exportContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  /** Every order that fits, and how many steps that took. */
  const exportAll = async (shop: BookShop, filter: OrderFilter) => {
    const orders: ExportedOrder[] = [];
    let cursor: ExportCursor | null = null;
    let steps = 0;
    do {
      const step = await shop.book.exportOrders(filter, cursor);
      assert(step.orders.length <= ROWS_PER_STEP);
      orders.push(...step.orders);
      cursor = step.next;
      steps += 1;
    } while (cursor !== null);
    return { orders, steps };
  };

  test("exportOrders() reads every order of a sale once, newest first, in steps", async (shop) => {
    const [item, other] = [await shop.item(5_000), await shop.item(5_000)];
    const { saleId } = parseItemKey(item);
    const written: string[] = [];
    for (let at = 0; at < 5; at++) {
      const message = batchOf(item, users(500, `u${at}-`), { n: 1 + at * 500 });
      await shop.write(message);
      await shop.write(batchOf(other, users(100, `o${at}-`), { n: 1 + at * 100 }));
      written.push(...ticketsIn(message));
    }
    const { orders, steps } = await exportAll(shop, { saleId });
    assertEquals(orders.map(({ ticket }) => ticket), written.toReversed());
    // 2,500 of it and at most 400 of the other sale in between.
    assertEquals(steps, 3);
  });

  test("exportOrders() filters by sale, status and user", async (shop) => {
    const item = await shop.item(100);
    const { saleId } = parseItemKey(item);
    const me = `me-${crypto.randomUUID()}`;
    await shop.write(batchOf(item, [me, ...users(9)]));
    await shop.cancel(ticketsIn(batchOf(item, [me]))[0]!);
    await shop.write(batchOf(item, [me], { n: 100 }));
    const count = async (filter: OrderFilter) => (await exportAll(shop, filter)).orders.length;
    assertEquals(await count({ saleId }), 11);
    assertEquals(await count({ saleId, status: "cancelled" }), 1);
    assertEquals(await count({ saleId, status: "refunded" }), 0);
    assertEquals(await count({ userId: me }), 2);
    assertEquals(await count({ userId: me, status: "unpaid", saleId }), 1);
    assertEquals(await count({ userId: me, saleId: 999_999_999 }), 0);
    assertEquals(await count({ userId: me.toUpperCase() }), 0);
    assertEquals(await count({ userId: "票" }), 0);
    assertEquals(await count({ saleId: 999_999_999 }), 0);
    // Without a sale it walks through all that the database holds.
    const unpaid = await exportAll(shop, { status: "unpaid" });
    assert(unpaid.orders.every(({ status }) => status === "unpaid"));
    assert(unpaid.orders.some(({ userId }) => userId === me));
  });

  test("exportOrders() ends with what there was at its beginning", async (shop) => {
    const item = await shop.item(5_000);
    const { saleId } = parseItemKey(item);
    for (let at = 0; at < 3; at++) {
      await shop.write(batchOf(item, users(500, `u${at}-`), { n: 1 + at * 500 }));
    }
    const first = await shop.book.exportOrders({ saleId }, null);
    await shop.write(batchOf(item, users(500, "late-"), { n: 1_501 }));
    assert(first.next);
    const rest = await shop.book.exportOrders({ saleId }, first.next);
    assertEquals([first.orders.length, rest.orders.length, rest.next], [1_000, 500, null]);
    assertEquals(first.orders.some(({ userId }) => userId.startsWith("late-")), false);
  });

  test("traceTicket() tells a row, its message and its stock event", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann", "bob"]);
    await shop.write(message);
    const [ann, bob] = ticketsIn(message);
    shop.now += 5_000;
    await shop.cancel(ann!);
    const { order, events } = await shop.book.traceTicket(ann!);
    assertEquals([order?.status, order?.createdAt, order?.updatedAt], [
      "cancelled",
      TEST_NOW,
      TEST_NOW + 5_000,
    ]);
    assertEquals(order?.messageId, `${item}-${message.firstSeq}`);
    assertEquals(events, [{
      id: `restock:${ann}`,
      kind: "restock",
      delta: 1,
      ledgerEpoch: 1,
      state: "pending",
      createdAt: TEST_NOW + 5_000,
      appliedAt: null,
    }]);
    assertEquals((await shop.book.traceTicket(bob!)).events, []);
    for (const none of ["", "票", `${item}-eve-1000000009`]) {
      assertEquals(await shop.book.traceTicket(none), { order: null, events: [] });
    }
  });
}
