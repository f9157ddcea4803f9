import { assert, assertEquals, assertRejects } from "@std/assert";
import { itemKey } from "../../../shared/item.ts";
import { encodeOrderMessage } from "../../../shared/order_message.ts";
import { DatabaseError } from "../../database/database.ts";
import { batchOf, BookShop, type OpenDatabase, TEST_NOW, ticketsIn, users } from "./book_shop.ts";

/** Exactly once, never too many, never twice for one buyer: the batch as a whole. */
export function writesContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("writeOrders() records a batch once, however often it comes", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann", "Ann", "b.o_b@x-y"], { quantity: 2 });
    const content = encodeOrderMessage(message);
    assertEquals(await shop.book.writeOrders(message, content), {
      kind: "written",
      orders: 3,
      refused: 0,
    });
    assertEquals(await shop.book.writeOrders(message, content), { kind: "known" });
    assertEquals(await shop.book.writeOrders(message, content), { kind: "known" });
    assertEquals((await shop.state(item)).sold, 6);
    const [, order] = await shop.book.findOrders(ticketsIn(message));
    assertEquals(order, {
      ticket: ticketsIn(message)[1]!,
      item,
      userId: "Ann",
      seq: message.firstSeq + 1,
      quantity: 2,
      requestId: "request-Ann-1",
      amount: 39_800,
      currency: "EUR",
      status: "unpaid",
      reason: null,
      payBy: TEST_NOW + 900_000,
      createdAt: TEST_NOW,
    });
  });

  test("writeOrders() lets one of twenty writers of one message write it", async (shop) => {
    const item = await shop.item(100);
    const message = batchOf(item, users(50));
    const content = encodeOrderMessage(message);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => shop.book.writeOrders(message, content)),
    );
    assertEquals(outcomes.filter(({ kind }) => kind === "written").length, 1);
    assertEquals(outcomes.filter(({ kind }) => kind === "known").length, 19);
    assertEquals((await shop.state(item)).sold, 50);
    assertEquals(
      (await shop.book.listOrders({ userId: "user-7" }, 1, 200)).items.filter(
        (order) => order.item === item,
      ).length,
      1,
    );
  });

  test("writeOrders() takes different messages of one item at the same time", async (shop) => {
    const item = await shop.item(400);
    const messages = Array.from(
      { length: 8 },
      (_, at) => batchOf(item, users(50, `m${at}`), { n: 1 + at * 50 }),
    );
    await Promise.all(messages.map((message) => shop.write(message)));
    assertEquals((await shop.state(item)).sold, 400);
    const found = await shop.book.findOrders(messages.flatMap(ticketsIn));
    assert(found.every((order) => order?.status === "unpaid"));
  });

  test("writeOrders() refuses what comes late, without stock and without an event", async (shop) => {
    const item = await shop.item(10);
    await shop.write(batchOf(item, ["ann"]));
    const message = batchOf(item, ["bob", "eve"], { n: 2 });
    await shop.reopen(item);
    assertEquals(await shop.book.writeOrders(message, encodeOrderMessage(message)), {
      kind: "written",
      orders: 0,
      refused: 2,
    });
    const found = await shop.book.findOrders(ticketsIn(message));
    assertEquals(found.map((order) => [order?.status, order?.reason]), [
      ["refused", "late"],
      ["refused", "late"],
    ]);
    assertEquals((await shop.state(item)).sold, 1);
    assertEquals(await shop.eventsOf(item), []);
    // The buyer is free to buy again in the new epoch.
    await shop.write(batchOf(item, ["bob"], { epoch: 2 }));
  });

  test("writeOrders() tells a known id with another text from a repeat", async (shop) => {
    const item = await shop.item(10);
    await shop.write(batchOf(item, ["ann"]));
    const other = batchOf(item, ["bob"]);
    assertEquals(await shop.book.writeOrders(other, encodeOrderMessage(other)), {
      kind: "content_clash",
    });
    assertEquals(await shop.book.findOrders(ticketsIn(other)), [null]);
    await assertRejects(
      () => shop.book.writeOrdersSingly(other, encodeOrderMessage(other)),
      DatabaseError,
      "text",
    );
  });

  test("writeOrders() writes nothing of a batch that the stock does not reach", async (shop) => {
    const item = await shop.item(2);
    const message = batchOf(item, users(3));
    const content = encodeOrderMessage(message);
    assertEquals(await shop.book.writeOrders(message, content), { kind: "guard" });
    assertEquals(await shop.book.findOrders(ticketsIn(message)), [null, null, null]);
    assertEquals((await shop.state(item)).sold, 0);
    // Nothing is in the inbox either: the same message asks again.
    assertEquals(await shop.book.writeOrders(message, content), { kind: "guard" });
  });

  test("writeOrders() writes nothing of a batch with a second live order of a buyer", async (shop) => {
    const item = await shop.item(10);
    await shop.write(batchOf(item, ["ann"]));
    const message = batchOf(item, ["bob", "ann"], { n: 2 });
    assertEquals(await shop.book.writeOrders(message, encodeOrderMessage(message)), {
      kind: "guard",
    });
    assertEquals(await shop.book.findOrders(ticketsIn(message)), [null, null]);
    assertEquals((await shop.state(item)).sold, 1);
    const twice = batchOf(item, ["eve", "eve"], { n: 10 });
    assertEquals(await shop.book.writeOrders(twice, encodeOrderMessage(twice)), { kind: "guard" });
  });

  test("writeOrders() never lowers unlimited stock", async (shop) => {
    const item = await shop.item(-1);
    await shop.write(batchOf(item, users(100)));
    const { stock, sold } = await shop.state(item);
    assertEquals({ stock, sold }, { stock: -1, sold: 100 });
  });

  test("writeOrders() gives at least a minute to pay, or the sale's window", async (shop) => {
    const item = await shop.item(10);
    const brief = await shop.item(10, { paymentWindowS: 5 });
    shop.now = TEST_NOW + 3_600_000;
    for (const one of [item, brief]) await shop.write(batchOf(one, ["ann"]));
    const [late, short] = await shop.book.findOrders(
      [item, brief].flatMap((one) => ticketsIn(batchOf(one, ["ann"]))),
    );
    assertEquals(late?.payBy, shop.now + 60_000);
    assertEquals(short?.payBy, shop.now + 5_000);
  });

  test("writeOrders() throws for an item that does not exist", async (shop) => {
    const message = batchOf(itemKey(999_999_999, 1), ["ann"]);
    for (const write of ["writeOrders", "writeOrdersSingly"] as const) {
      const error = await assertRejects(
        () => shop.book[write](message, encodeOrderMessage(message)) as Promise<unknown>,
        DatabaseError,
        "must exist",
      );
      assertEquals(error.fault, "invalid");
    }
  });

  test("parkMessage() keeps each content once, in every script", async (shop) => {
    const content = `秒杀 💥 ${crypto.randomUUID()}`;
    await shop.book.parkMessage("一".repeat(300), content, "unreadable");
    await shop.book.parkMessage("other", content, "unreadable");
    const rows = await shop.database.query<{ message_id: string; content: string }>(
      "SELECT message_id, content FROM parked_message WHERE content = ?",
      [content],
    );
    assertEquals(rows.map((row) => ({ ...row })), [{ message_id: "一".repeat(255), content }]);
  });
}
