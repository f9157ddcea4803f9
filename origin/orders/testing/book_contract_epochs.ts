import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "../../database/database.ts";
import { batchOf, BookShop, type OpenDatabase, seqOf, TEST_NOW, ticketsIn } from "./book_shop.ts";

/** The fences of an item's lives. */
export function epochsContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("raiseEpoch() gives every coordinator its own epoch and closes the item", async (shop) => {
    const item = await shop.item(10);
    const raised = await Promise.all([1, 2, 3].map(() => shop.book.raiseEpoch(item)));
    assertEquals(raised.toSorted(), [2, 3, 4]);
    const { epoch, openEpoch, ledgerEpoch } = await shop.state(item);
    assertEquals({ epoch, openEpoch, ledgerEpoch }, { epoch: 4, openEpoch: 0, ledgerEpoch: 1 });
    await assertRejects(() => shop.book.raiseEpoch("999999999-1"), DatabaseError, "must exist");
  });

  test("every step of an opening fails for who has lost the token", async (shop) => {
    const item = await shop.closedItem(10);
    const lost = { item, epoch: await shop.book.raiseEpoch(item) };
    const mine = { item, epoch: await shop.book.raiseEpoch(item) };
    await shop.book.markDrained(lost);
    assertEquals(await shop.book.snapshotLedger(lost), null);
    assertEquals(await shop.book.markOpen(lost), false);
    assertEquals((await shop.state(item)).drainedEpoch, 0);
    // Before its snapshot, nobody opens.
    assertEquals(await shop.book.markOpen(mine), false);
    await shop.book.markDrained(mine);
    assert(await shop.book.snapshotLedger(mine));
    assertEquals(await shop.book.markOpen(mine), true);
    const { epoch, openEpoch, ledgerEpoch, drainedEpoch } = await shop.state(item);
    assertEquals([epoch, openEpoch, ledgerEpoch, drainedEpoch], [2, 2, 2, 2]);
  });

  test("snapshotLedger() counts what is left and tells the terms", async (shop) => {
    const item = await shop.item(10, { paymentWindowS: 60 });
    await shop.write(batchOf(item, ["ann", "bob"], { quantity: 2 }));
    await shop.catalog.pauseSale(Number(item.split("-")[0]), true);
    const epoch = await shop.book.raiseEpoch(item);
    const version = await shop.catalog.version();
    assertEquals(await shop.book.snapshotLedger({ item, epoch }), {
      remaining: 6,
      terms: {
        version,
        startsAt: TEST_NOW - 1_800_000,
        endsAt: TEST_NOW + 1_800_000,
        paused: true,
        perUserLimit: 2,
        paymentWindowMs: 60_000,
      },
    });
    const unlimited = await shop.item(-1);
    await shop.write(batchOf(unlimited, ["ann"]));
    const next = await shop.book.raiseEpoch(unlimited);
    const snapshot = await shop.book.snapshotLedger({ item: unlimited, epoch: next });
    assertEquals(snapshot?.remaining, -1);
  });

  test("listReservations() shows each user once, the live order before all others", async (shop) => {
    const item = await shop.item(100);
    const first = batchOf(item, ["ann", "bob", "eve"]);
    await shop.write(first);
    for (const ticket of ticketsIn(first)) await shop.cancel(ticket);
    const second = batchOf(item, ["ann", "bob"], { n: 10 });
    await shop.write(second);
    await shop.cancel(ticketsIn(second)[1]!);
    // Cancelled after the snapshot: the new ledger will be asked to release it.
    const late = batchOf(item, ["zoe", "zola"], { n: 20 });
    await shop.write(late);
    const epoch = await shop.book.raiseEpoch(item);
    await shop.book.snapshotLedger({ item, epoch });
    const [zoe, zola] = ticketsIn(late);
    await shop.cancel(zoe!);
    assertEquals(await shop.unpaid.cancelOrders([zola!], "by_operator"), ["cancelled"]);

    const all = await shop.book.listReservations({ item, epoch }, "", 100);
    assertEquals(all.map(({ userId, seq, live }) => [userId, seq, live]), [
      ["ann", seqOf(1, 10), true],
      ["bob", seqOf(1, 11), false],
      ["eve", seqOf(1, 3), false],
      ["zoe", seqOf(1, 20), true],
      ["zola", seqOf(1, 21), true],
    ]);
    assertEquals(all[0], {
      userId: "ann",
      seq: seqOf(1, 10),
      quantity: 1,
      requestId: "request-ann-10",
      messageId: `${item}-${seqOf(1, 10)}`,
      live: true,
      payBy: TEST_NOW + 900_000,
    });
    const pages = [];
    let after = "";
    for (let page = 0; page < 3; page++) {
      const some = await shop.book.listReservations({ item, epoch }, after, 2);
      pages.push(some.map(({ userId }) => userId));
      after = some[some.length - 1]?.userId ?? after;
    }
    assertEquals(pages, [["ann", "bob"], ["eve", "zoe"], ["zola"]]);
    // For the epoch after this one, that cancel is counted.
    const later = await shop.book.listReservations({ item, epoch: epoch + 1 }, "eve", 10);
    assertEquals(later.map(({ userId, live }) => [userId, live]), [
      ["zoe", false],
      ["zola", false],
    ]);
  });

  test("closeItems() closes the epoch that was meant and no other", async (shop) => {
    const [first, second] = [await shop.item(1), await shop.item(1)];
    await shop.reopen(second);
    const before = await shop.catalog.version();
    await shop.book.closeItems([{ item: second, epoch: 1 }, { item: first, epoch: 2 }]);
    assertEquals(await shop.catalog.version(), before);
    await shop.book.closeItems([{ item: second, epoch: 1 }, { item: first, epoch: 1 }]);
    assertEquals((await shop.state(first)).openEpoch, 0);
    assertEquals((await shop.state(second)).openEpoch, 2);
    assertEquals(await shop.catalog.version(), before + 1);
    await shop.book.closeItems([]);
  });

  test("itemsToOpen() names closed items of all sales but drafts until 30 days after their end", async (shop) => {
    const [closed, opened] = [await shop.closedItem(1), await shop.item(1)];
    // Closed early: its buyers may still ask for their tickets.
    const early = await shop.closedItem(1);
    await shop.catalog.closeSale(Number(early.split("-")[0]));
    const old = await shop.closedItem(1, {
      startsAt: TEST_NOW - 1e10,
      endsAt: TEST_NOW - 30 * 86_400_000,
    });
    const { productId } = await shop.product();
    const draft = await shop.catalog.createSale(
      shop.saleFields([{ productId, stock: 1, perUserLimit: 1 }]),
    );
    assert(draft.kind === "done");
    const named = async () => (await shop.book.itemsToOpen()).map(({ item }) => item);
    const found = await named();
    assertEquals(
      [closed, opened, early, old, `${draft.value.saleId}-${productId}` as const]
        .map((item) => found.includes(item)),
      [true, false, true, false, false],
    );
    for (const item of [closed, early]) await shop.reopen(item);
    assertEquals((await named()).includes(closed), false);
  });

  test("withCoordinatorLock() lets one in and frees the lock also after a failure", async (shop) => {
    const item = await shop.closedItem(1);
    const inside = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const first = shop.book.withCoordinatorLock(item, () => {
      inside.resolve();
      return leave.promise;
    });
    await inside.promise;
    let entered = false;
    const second = await shop.book.withCoordinatorLock(item, () => {
      entered = true;
      return Promise.resolve();
    });
    assertEquals([second, entered], [false, false]);
    leave.resolve();
    assertEquals(await first, true);
    await assertRejects(
      () => shop.book.withCoordinatorLock(item, () => Promise.reject(new Error("broken"))),
      Error,
      "broken",
    );
    assertEquals(await shop.book.withCoordinatorLock(item, () => Promise.resolve()), true);
    await shop.reopen(item);
  });

  test("every change of an open epoch raises the catalog's version", async (shop) => {
    const item = await shop.closedItem(1);
    let version = await shop.catalog.version();
    const raisedBy = async (work: () => Promise<unknown>) => {
      await work();
      const now = await shop.catalog.version();
      const by = now - version;
      version = now;
      return by;
    };
    // It was closed before: nothing changes for origins.
    assertEquals(await raisedBy(() => shop.book.raiseEpoch(item)), 0);
    assertEquals(await raisedBy(() => shop.book.snapshotLedger({ item, epoch: 1 })), 0);
    assertEquals(await raisedBy(() => shop.book.markOpen({ item, epoch: 1 })), 1);
    assertEquals(await raisedBy(() => shop.book.raiseEpoch(item)), 1);
    await shop.reopen(item);
  });
}
