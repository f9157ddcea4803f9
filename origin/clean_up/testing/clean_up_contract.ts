import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeOrderMessage } from "../../../shared/order_message.ts";
import { DatabaseError } from "../../database/database.ts";
import { recordMessage } from "../../orders/record_message.ts";
import { batchOf, BookShop, type OpenDatabase } from "../../orders/testing/book_shop.ts";
import { FIRST_ROWS } from "../clean_up_book.ts";
import { eventContract } from "./clean_up_events.ts";
import { obstacleContract } from "./clean_up_obstacles.ts";
import { CleanUpShop, type OpenLedger } from "./clean_up_shop.ts";
import { addHolds, assertClean, attempt, cleanUp, type CleanUpTest } from "./clean_up_steps.ts";

const INBOX = { kind: "inbox", from: FIRST_ROWS, dropEvents: true } as const;

/** Registers the tests of cleaning up that both profiles have to pass. */
export function cleanUpContract(
  name: string,
  openDatabase: OpenDatabase,
  openLedger: OpenLedger,
): void {
  const test: CleanUpTest = (what, work) =>
    Deno.test(`${name}: ${what}`, () =>
      BookShop.with(openDatabase, async (shop) => {
        const ledger = await openLedger(shop);
        try {
          await work(new CleanUpShop(shop, ledger));
        } finally {
          await ledger.close();
        }
      }));

  test("a clean-up leaves nothing but the record", async (office) => {
    const [sold, other] = [await office.sell(), await office.sell()];
    const before = await office.record(sold.saleId);
    const others = await office.record(other.saleId);
    await addHolds(office, [sold, other]);
    const first = await office.desk().cleanUps.look(sold.saleId);
    assertEquals([first?.state, first?.obstacles.map(({ kind }) => kind)], ["none", [
      "young_events",
    ]]);
    assertEquals(first?.remains, {
      inbox: 1,
      orderEvents: 5,
      expiredHolds: 600,
      barredBuyers: 600,
    });

    await cleanUp(office, sold.saleId);
    assertEquals(await office.record(sold.saleId), before);
    await assertClean(office, sold);
    // The sale beside it has everything.
    assertEquals(await office.record(other.saleId), others);
    const facts = await office.cleanUpBook.facts(other.saleId);
    assertEquals([facts?.cleanedAt, facts?.remains.inbox, facts?.remains.barredBuyers], [
      null,
      1,
      600,
    ]);
    assertEquals(await office.ledger.readStock([{ item: other.item, epoch: 1 }]), [5]);
    // Once more, as often as one likes.
    await cleanUp(office, sold.saleId);
    await assertClean(office, sold);
  });

  test("a clean-up keeps its proof", async (office) => {
    const { saleId } = await office.sell();
    assertEquals(await office.proofs.keptProof(saleId), null);
    await cleanUp(office, saleId);
    const kept = await office.proofs.keptProof(saleId);
    assertEquals([kept?.ok, kept?.stock, kept?.paid, kept?.cancelled, kept?.remaining], [
      true,
      8,
      3,
      1,
      5,
    ]);
    const { items: [bundle] } = await office.proofs.list(saleId, 1, 10);
    assertEquals([bundle?.state, bundle?.final, bundle?.tickets], ["done", true, 4]);
  });

  test("a message that comes after a clean-up makes nothing twice", async (office) => {
    const sold = await office.sell();
    await cleanUp(office, sold.saleId);
    const before = await office.record(sold.saleId);
    const messageId = `${sold.item}-${sold.message.firstSeq}`;
    for (const _ of ["first", "again"]) {
      await recordMessage(office.shop.book, { messageId, content: sold.content });
      assertEquals(await office.record(sold.saleId), before);
    }
    assertEquals(await office.shop.book.writeOrdersSingly(sold.message, sold.content), {
      orders: 0,
      refused: 0,
      parked: [],
      clashes: [],
    });
    assertEquals(await office.record(sold.saleId), before);

    // One that nobody has seen: its buyer hears a refusal, and nothing is sold.
    const late = batchOf(sold.item, ["eve"], { n: 5 });
    const recorded = await recordMessage(office.shop.book, {
      messageId: `${sold.item}-${late.firstSeq}`,
      content: encodeOrderMessage(late),
    });
    assertEquals(recorded.kind, "written");
    const [order] = await office.shop.book.findOrders([`${sold.item}-eve-${late.firstSeq}`]);
    assertEquals([order?.status, order?.reason], ["refused", "late"]);
    assertEquals((await office.shop.state(sold.item)).sold, 3);
    await office.settle();
    await cleanUp(office, sold.saleId);
    await assertClean(office, sold);
  });

  test("nobody opens an item of a sale that was cleaned up", async (office) => {
    const sold = await office.sell();
    const { book } = office.shop;
    // A coordinator that read its list before, and one that had begun.
    const begun = { item: sold.item, epoch: await book.raiseEpoch(sold.item) };
    await book.snapshotLedger(begun);
    await book.markOpen(begun);
    await office.ledger.removeItems([{ item: sold.item, epoch: begun.epoch }]);
    const snapshot = await book.snapshotLedger(begun);
    const held = await book.listReservations(begun, "", 100);
    await office.ledger.open({ ...begun, ...snapshot! }, ReadableStream.from([held]));
    const older = { item: sold.item, epoch: await book.raiseEpoch(sold.item) };
    await book.snapshotLedger(older);
    const outcome = await office.cleanUpBook.fence(sold.saleId, await book.totals(sold.saleId));
    assertEquals(outcome, "fenced");

    assertEquals(await book.markOpen(older), false);
    assertEquals(await book.snapshotLedger(older), null);
    const before = (await book.readItems([sold.item]))[0]!.epoch;
    const error = await assertRejects(() => book.raiseEpoch(sold.item), DatabaseError);
    assertEquals(error.fault, "invalid");
    const after = { item: sold.item, epoch: (await book.readItems([sold.item]))[0]!.epoch };
    assertEquals(after.epoch, before);
    assertEquals(await book.snapshotLedger(after), null);
    const open = await book.itemsToOpen();
    assert(!open.some(({ item }) => item === sold.item));
  });

  test("a fence holds only for what was proven", async (office) => {
    const sold = await office.sell();
    const { book, catalog } = office.shop;
    const proven = await book.totals(sold.saleId);
    const wrong = proven.map((one) => ({ ...one, paid: one.paid + 1 }));
    const { cleanUpBook } = office;
    assertEquals(await cleanUpBook.fence(sold.saleId, wrong), "changed");
    assertEquals(await cleanUpBook.fence(sold.saleId, []), "changed");
    assertEquals(await cleanUpBook.fence(999_999, proven), "not_found");
    assertEquals((await cleanUpBook.facts(sold.saleId))?.cleanedAt, null);
    assertEquals(await cleanUpBook.removeRows(sold.saleId, INBOX), {
      removed: 0,
      next: null,
    });
    const { productId } = await office.shop.product();
    const items = [{ productId, stock: 1, perUserLimit: 1 }];
    const made = await catalog.createSale(office.shop.saleFields(items));
    assert(made.kind === "done");
    assertEquals(await cleanUpBook.fence(made.value.saleId, []), "open");
    assertEquals(await cleanUpBook.fence(sold.saleId, proven), "fenced");
    assertEquals(await cleanUpBook.fence(sold.saleId, wrong), "fenced");
  });

  test("a clean-up that breaks off anywhere is finished by the next one", async (office) => {
    const points = new Set<string>();
    office.at = (point) => void points.add(point);
    await cleanUp(office, (await office.sell()).saleId);
    const steps = [
      "finish",
      "setTerms",
      "fence",
      "isLeftAlone",
      "removeItems",
      "closeOlderRoutes",
      "removeRows",
    ];
    for (const step of steps) assert(points.has(`before ${step}`) && points.has(`after ${step}`));
    for (const point of points) {
      office.at = () => {};
      const sold = await office.sell();
      const before = await office.record(sold.saleId);
      await addHolds(office, [sold], 3);
      let hasBroken = false;
      office.at = (now) => {
        // Dead from there on, as a process is.
        hasBroken ||= now === point;
        if (hasBroken) throw new Error("the process was killed");
      };
      await attempt(office, sold.saleId);
      assert(hasBroken, point);
      office.at = () => {};
      office.shop.now += 61_000;
      await cleanUp(office, sold.saleId);
      await assertClean(office, sold);
      assertEquals(await office.record(sold.saleId), before, point);
    }
    console.log(`${name}: broken off at ${points.size} points, finished each time`);
  });

  test("whoever bought is found again when the ledger is gone", async (office) => {
    const sold = await office.sell();
    await cleanUp(office, sold.saleId);
    const users = ["ann", "dan", "nobody"];
    const kept = await office.cleanUpBook.keptOrders([{ item: sold.item, userIds: users }]);
    const [ann, dan] = kept.toSorted((a, b) => a.ticket < b.ticket ? -1 : 1);
    assertEquals(kept.length, 2);
    assertEquals([ann?.ticket, ann?.live, ann?.requestId, ann?.quantity], [
      sold.tickets[0],
      true,
      "request-ann-1",
      1,
    ]);
    assertEquals([dan?.ticket, dan?.live], [sold.tickets[3], false]);
    assertEquals(await office.cleanUpBook.keptOrders([{ item: sold.item, userIds: [] }]), []);
    const unknown = { item: `${sold.saleId}-999999` as const, userIds: users };
    assertEquals(await office.cleanUpBook.keptOrders([unknown]), []);
    const other = await office.sell();
    const both = [sold, other].map(({ item }) => ({ item, userIds: ["ann"] }));
    assertEquals(
      (await office.cleanUpBook.keptOrders(both)).map(({ ticket }) => ticket).toSorted(),
      [sold.tickets[0], other.tickets[0]].toSorted(),
    );
  });

  obstacleContract(test);
  eventContract(test);
}
