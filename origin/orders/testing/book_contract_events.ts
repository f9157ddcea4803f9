import { assert, assertEquals } from "@std/assert";
import { encodeOrderMessage } from "../../../shared/order_message.ts";
import { batchOf, BookShop, type OpenDatabase, ticketsIn, users } from "./book_shop.ts";

/** Stock that goes back, and stock that an operator changes. */
export function eventsContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));
  const id = () => `change-${crypto.randomUUID()}`;

  test("requestStockChange() tops up at once, once per id", async (shop) => {
    const item = await shop.item(10);
    const changeId = id();
    const before = await shop.catalog.version();
    const event = { id: changeId, item, epoch: 1, kind: "top_up", ticket: null, delta: 5 } as const;
    for (let time = 1; time <= 3; time++) {
      assertEquals(await shop.book.requestStockChange(item, changeId, 5), {
        kind: "accepted",
        event,
      });
    }
    assertEquals((await shop.state(item)).stock, 15);
    assertEquals(await shop.eventsOf(item), [event]);
    assertEquals(await shop.catalog.version(), before + 1);
    const done = [{ id: changeId, state: "done" as const }];
    assertEquals(await shop.book.finishStockEvents(done), ["done"]);
    assertEquals(await shop.book.finishStockEvents(done), ["done"]);
    assertEquals(await shop.eventsOf(item), []);
    assertEquals((await shop.state(item)).stock, 15);
  });

  test("requestStockChange() by many at once with one id changes the stock once", async (shop) => {
    const item = await shop.item(10);
    const changeId = id();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => shop.book.requestStockChange(item, changeId, 1)),
    );
    assert(answers.every(({ kind }) => kind === "accepted"));
    assertEquals((await shop.state(item)).stock, 11);
  });

  test("requestStockChange() lowers the stock only when the ledger gave the pieces", async (shop) => {
    const item = await shop.item(10);
    const [given, kept] = [id(), id()];
    await shop.book.requestStockChange(item, given, -4);
    await shop.book.requestStockChange(item, kept, -3);
    assertEquals((await shop.state(item)).stock, 10);
    assertEquals(
      await shop.book.finishStockEvents([
        { id: given, state: "done" },
        { id: kept, state: "void" },
      ]),
      ["done", "void"],
    );
    assertEquals((await shop.state(item)).stock, 6);
    // A second answer, also a different one, changes nothing.
    assertEquals(
      await shop.book.finishStockEvents([
        { id: given, state: "done" },
        { id: kept, state: "done" },
      ]),
      ["done", "void"],
    );
    assertEquals((await shop.state(item)).stock, 6);
  });

  test("finishStockEvents() voids a take-back whose ledger is over", async (shop) => {
    const item = await shop.item(10);
    const changeId = id();
    await shop.book.requestStockChange(item, changeId, -4);
    await shop.reopen(item);
    assertEquals(await shop.book.finishStockEvents([{ id: changeId, state: "done" }]), ["void"]);
    assertEquals((await shop.state(item)).stock, 10);
  });

  test("finishStockEvents() closes an item whose ledger gave away what was sold", async (shop) => {
    const item = await shop.item(10);
    const changeId = id();
    await shop.book.requestStockChange(item, changeId, -8);
    await shop.write(batchOf(item, users(5)));
    assertEquals(await shop.book.finishStockEvents([{ id: changeId, state: "done" }]), ["void"]);
    const { stock, openEpoch } = await shop.state(item);
    assertEquals({ stock, openEpoch }, { stock: 10, openEpoch: 0 });
  });

  test("requestStockChange() refuses what cannot be", async (shop) => {
    const item = await shop.item(10);
    const unlimited = await shop.item(-1);
    await shop.write(batchOf(item, users(4)));
    const refuses = async (key: typeof item, changeId: string, delta: number) =>
      assertEquals((await shop.book.requestStockChange(key, changeId, delta)).kind, "refused");
    await refuses(item, id(), -7);
    await refuses(item, id(), 1_000_000_000);
    await refuses(item, id(), 0);
    await refuses(item, id(), 0.5);
    await refuses(item, "restock:x", 1);
    await refuses(unlimited, id(), 1);
    assertEquals(await shop.book.requestStockChange("999999999-1", id(), 1), {
      kind: "unknown_item",
    });
    const used = id();
    await shop.book.requestStockChange(item, used, 1);
    const second = await shop.item(10);
    await refuses(second, used, 1);
    assertEquals((await shop.state(item)).stock, 11);
  });

  test("requestStockChange() asks to wait while the item is recovered", async (shop) => {
    const item = await shop.item(10);
    await shop.book.raiseEpoch(item);
    assertEquals(await shop.book.requestStockChange(item, id(), 1), { kind: "recovering" });
    assertEquals((await shop.state(item)).stock, 10);
  });

  test("pendingStockEvents() finishes what a later snapshot has counted", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, ["ann"]);
    await shop.write(message);
    await shop.cancel(ticketsIn(message)[0]!);
    const [topUp, takeBack] = [id(), id()];
    await shop.book.requestStockChange(item, topUp, 2);
    await shop.book.requestStockChange(item, takeBack, -3);
    assertEquals((await shop.eventsOf(item)).map(({ kind }) => kind), [
      "restock",
      "top_up",
      "take_back",
    ]);
    const epoch = await shop.book.raiseEpoch(item);
    // Until the snapshot they are for the ledger that is still there.
    assertEquals((await shop.eventsOf(item)).length, 3);
    assertEquals((await shop.book.snapshotLedger({ item, epoch }))?.remaining, 12);
    assertEquals(await shop.eventsOf(item), []);
    assertEquals(
      await shop.book.finishStockEvents([
        { id: topUp, state: "done" },
        { id: takeBack, state: "done" },
      ]),
      ["done", "void"],
    );
    assertEquals((await shop.state(item)).stock, 12);
  });

  test("pendingStockEvents() does not let a closed item keep others waiting", async (shop) => {
    const closed = await shop.item(10);
    const open = await shop.item(10);
    const message = batchOf(closed, users(3));
    await shop.book.writeOrders(message, encodeOrderMessage(message));
    for (const ticket of ticketsIn(message)) await shop.cancel(ticket);
    await shop.book.requestStockChange(open, id(), 1);
    await shop.book.closeItems([{ item: closed, epoch: 1 }]);
    const events = await shop.book.pendingStockEvents(10_000);
    const first = events.findIndex(({ item }) => item === closed);
    const last = events.findLastIndex(({ item }) => item === open);
    assert(first > last, `${first} > ${last}`);
    assertEquals((await shop.book.pendingStockEvents(1)).length, 1);
  });
}
