import { assert, assertEquals } from "@std/assert";
import { decodeOrderMessage, encodeOrderMessage } from "../../../shared/order_message.ts";
import { type Database, DatabaseError } from "../../database/database.ts";
import { SqlOrderBook } from "../sql_order_book.ts";
import { batchOf, BookShop, type OpenDatabase, seqOf, ticketsIn, users } from "./book_shop.ts";

/** A batch that does not go through in one piece. */
export function splitContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("writeOrdersSingly() refuses what the stock does not reach, and closes the item", async (shop) => {
    const item = await shop.item(2);
    const message = batchOf(item, users(3));
    const content = encodeOrderMessage(message);
    const third = ticketsIn(message)[2]!;
    assertEquals(await shop.book.writeOrdersSingly(message, content), {
      orders: 2,
      refused: 1,
      parked: [],
      clashes: [third],
    });
    const found = await shop.book.findOrders(ticketsIn(message));
    assertEquals(found.map((order) => order?.status), ["unpaid", "unpaid", "refused"]);
    assertEquals(found[2]?.reason, "ledger_wrong");
    const { sold, openEpoch } = await shop.state(item);
    assertEquals({ sold, openEpoch }, { sold: 2, openEpoch: 0 });
    assertEquals(await shop.eventsOf(item), [
      { id: `drop:${third}`, item, epoch: 1, kind: "drop", ticket: third, delta: 0 },
    ]);
    // It is in the inbox now.
    assertEquals(await shop.book.writeOrders(message, content), { kind: "known" });
    assertEquals(await shop.book.writeOrdersSingly(message, content), {
      orders: 0,
      refused: 0,
      parked: [],
      clashes: [],
    });
  });

  test("writeOrdersSingly() drops a second live order of a buyer and writes the others", async (shop) => {
    const item = await shop.item(10);
    await shop.write(batchOf(item, ["ann"]));
    const message = batchOf(item, ["bob", "ann", "eve"], { n: 2 });
    const outcome = await shop.book.writeOrdersSingly(message, encodeOrderMessage(message));
    assertEquals(outcome, {
      orders: 2,
      refused: 1,
      parked: [],
      clashes: [ticketsIn(message)[1]!],
    });
    const { sold, openEpoch } = await shop.state(item);
    assertEquals({ sold, openEpoch }, { sold: 3, openEpoch: 0 });
  });

  test("writeOrdersSingly() parks poison and lets its neighbours through", async (shop) => {
    const item = await shop.item(-1);
    const message = batchOf(item, ["ann", "bob", "eve"]);
    message.orders[1]!.quantity = 2_000_000_000;
    const content = encodeOrderMessage(message);
    const refused = await shop.book.writeOrders(message, content).catch((error) => error);
    assert(refused instanceof DatabaseError && refused.fault === "invalid", String(refused));
    const poison = ticketsIn(message)[1]!;
    assertEquals(await shop.book.writeOrdersSingly(message, content), {
      orders: 2,
      refused: 1,
      parked: [poison],
      clashes: [],
    });
    const found = await shop.book.findOrders(ticketsIn(message));
    assertEquals(found.map((order) => order?.status), ["unpaid", "refused", "unpaid"]);
    assertEquals(found[1]?.reason, "unwritable");
    const { sold, openEpoch } = await shop.state(item);
    assertEquals({ sold, openEpoch }, { sold: 2, openEpoch: 1 });
    const [event, ...others] = await shop.eventsOf(item);
    assertEquals([event?.kind, event?.ticket, others.length], ["restock", poison, 0]);
    const rows = await shop.database.query<{ content: string }>(
      "SELECT content FROM parked_message WHERE ticket = ?",
      [poison],
    );
    assertEquals(rows.length, 1);
    const kept = decodeOrderMessage(rows[0]!.content);
    assertEquals([kept.firstSeq, kept.orders], [seqOf(1, 2), [message.orders[1]!]]);
  });

  test("writeOrdersSingly() parks an amount that no number can hold", async (shop) => {
    const { productId } = await shop.product({ price: Number.MAX_SAFE_INTEGER });
    const made = await shop.catalog.createSale(
      shop.saleFields([{ productId, stock: 10, perUserLimit: 2 }]),
    );
    assert(made.kind === "done");
    await shop.catalog.publishSale(made.value.saleId);
    const item = `${made.value.saleId}-${productId}` as const;
    await shop.reopen(item);
    const message = batchOf(item, ["ann"], { quantity: 2 });
    const outcome = await shop.book.writeOrdersSingly(message, encodeOrderMessage(message));
    assertEquals(outcome.parked, ticketsIn(message));
  });

  test("writeOrdersSingly() refuses late tickets without closing anything", async (shop) => {
    const item = await shop.item(1);
    const message = batchOf(item, users(3));
    await shop.reopen(item);
    const outcome = await shop.book.writeOrdersSingly(message, encodeOrderMessage(message));
    assertEquals(outcome, { orders: 0, refused: 3, parked: [], clashes: [] });
    assertEquals((await shop.state(item)).openEpoch, 2);
  });

  test("writeOrdersSingly() goes on after a crash at any point", async (shop) => {
    // One transaction for each of five tickets, then the inbox.
    for (let crashAt = 0; crashAt <= 6; crashAt++) {
      const item = await shop.item(3);
      const message = batchOf(item, users(5));
      message.orders[1]!.quantity = 2_000_000_000;
      const content = encodeOrderMessage(message);
      const broken = new SqlOrderBook(new CrashingDatabase(shop.database, crashAt), () => shop.now);
      const first = await broken.writeOrdersSingly(message, content).catch((error) => error);
      assertEquals(first instanceof Crash, crashAt < 6);
      await shop.book.writeOrdersSingly(message, content);
      const found = await shop.book.findOrders(ticketsIn(message));
      assertEquals(
        found.map((order) => order?.reason ?? order?.status),
        ["unpaid", "unwritable", "unpaid", "unpaid", "ledger_wrong"],
      );
      assertEquals((await shop.state(item)).sold, 3);
      assertEquals((await shop.eventsOf(item)).map(({ kind }) => kind), ["restock", "drop"]);
    }
  });

  test("writeOrders() finishes a split that broke off before the inbox", async (shop) => {
    const item = await shop.item(10);
    const message = batchOf(item, users(4));
    const content = encodeOrderMessage(message);
    const broken = new SqlOrderBook(new CrashingDatabase(shop.database, 2), () => shop.now);
    await broken.writeOrdersSingly(message, content).catch(() => {});
    assertEquals(await shop.book.writeOrders(message, content), {
      kind: "written",
      orders: 2,
      refused: 0,
    });
    assertEquals((await shop.state(item)).sold, 4);
  });

  test("writeOrdersSingly() run by two workers at once writes every ticket once", async (shop) => {
    const item = await shop.item(4);
    const message = batchOf(item, users(6));
    const content = encodeOrderMessage(message);
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => shop.book.writeOrdersSingly(message, content)),
    );
    assertEquals(outcomes.reduce((sum, { orders }) => sum + orders, 0), 4);
    assertEquals(
      outcomes.flatMap(({ clashes }) => clashes).toSorted(),
      ticketsIn(message).slice(4),
    );
    assertEquals((await shop.state(item)).sold, 4);
  });
}

class Crash extends Error {}

/** Lets so many transactions through and then fails like a process that is killed. */
class CrashingDatabase implements Database {
  constructor(readonly inner: Database, public left: number) {}

  get forUpdate() {
    return this.inner.forUpdate;
  }
  query: Database["query"] = (text, params) => this.inner.query(text, params);
  execute: Database["execute"] = (text, params) => this.inner.execute(text, params);
  insertMany: Database["insertMany"] = (...args) => this.inner.insertMany(...args);
  withLock: Database["withLock"] = (name, work) => this.inner.withLock(name, work);
  isUp = () => this.inner.isUp();
  close = () => this.inner.close();
  transaction: Database["transaction"] = (work) => {
    this.left -= 1;
    return this.inner.transaction(async (tx) => {
      const result = await work(tx);
      // The last one of them breaks off right before its commit.
      if (this.left < 0) throw new Crash();
      return result;
    });
  };
}
