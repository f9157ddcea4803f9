import { assert, assertEquals } from "@std/assert";
import { FIRST_ROWS, READ_WITHIN_MS, type RemovedRows, type RowPlace } from "../clean_up_book.ts";
import type { CleanUpShop } from "./clean_up_shop.ts";
import { assertClean, attempt, cleanUp, type CleanUpTest } from "./clean_up_steps.ts";

async function eventsOf({ shop: { database } }: CleanUpShop, saleId: number): Promise<number> {
  const rows = await database.query("SELECT 1 FROM order_event WHERE sale_id = ?", [saleId]);
  return rows.length;
}

/** A webhook that was told everything up to now. */
async function addWebhook({ shop: { database } }: CleanUpShop): Promise<void> {
  const [last] = await database.query<{ position: number }>(
    "SELECT MAX(position) AS position FROM order_event",
  );
  const columns = ["id", "position", "event_index", "attempts", "next_try_at", "url"];
  const row = [1, last!.position, 511, 0, 0, "http://shop.invalid/"];
  await database.insertMany("webhook_cursor", columns, [row]);
}

/** Which order events go, and when. */
export function eventContract(test: CleanUpTest): void {
  test("events wait for a shop that reads the feed now and then", async (office) => {
    const { shop } = office;
    const sold = await office.sell();
    const begun = await office.desk().cleanUps.begin(sold.saleId, "ann");
    assert(begun.kind === "refused");
    assertEquals(begun.obstacles.map(({ kind, count }) => [kind, count]), [["young_events", 5]]);
    const until = new Date(shop.now + READ_WITHIN_MS).toISOString().slice(0, 10);
    assert(begun.obstacles[0]!.detail.includes(until), begun.obstacles[0]!.detail);
    shop.now += READ_WITHIN_MS;
    assertEquals(await attempt(office, sold.saleId, false), null);
    await assertClean(office, sold);
  });

  test("events that the webhook has told wait for nobody", async (office) => {
    const sold = await office.sell();
    await addWebhook(office);
    try {
      assertEquals(await attempt(office, sold.saleId, false), null);
      await assertClean(office, sold);
    } finally {
      await office.shop.database.execute("DELETE FROM webhook_cursor WHERE id = 1");
    }
  });

  test("an event that comes after a clean-up waits too", async (office) => {
    const { shop, cleanUpBook } = office;
    const sold = await office.sell();
    await cleanUp(office, sold.saleId);
    // As a refund that the provider tells of much later.
    await shop.database.insertMany("order_event", [
      "kind",
      "was",
      "sale_id",
      "product_id",
      "told",
      "first_id",
      "order_count",
      "tickets",
      "tallied",
      "created_at",
    ], [[
      "refunded",
      "refund_due",
      sold.saleId,
      Number(sold.item.split("-")[1]),
      1,
      1,
      1,
      JSON.stringify([sold.tickets[0]]),
      1,
      shop.now,
    ]]);
    const view = await office.desk().cleanUps.look(sold.saleId);
    assertEquals([view?.state, view?.obstacles.map(({ kind }) => kind)], ["fenced", [
      "young_events",
    ]]);
    const again = await attempt(office, sold.saleId, false);
    assert(again?.includes("young_events"));
    assertEquals(await eventsOf(office, sold.saleId), 1);
    // What else is left goes, and this stays.
    await shop.database.insertMany("barred_buyer", ["sale_id", "user_id", "created_at"], [
      [sold.saleId, "eve", shop.now],
    ]);
    assertEquals(await attempt(office, sold.saleId, false), null);
    assertEquals((await cleanUpBook.facts(sold.saleId))?.remains, {
      inbox: 0,
      orderEvents: 1,
      expiredHolds: 0,
      barredBuyers: 0,
    });
    await cleanUp(office, sold.saleId);
    await assertClean(office, sold);
  });

  test("events go step by step, each looked at once", async (office) => {
    const { shop: { database, now }, cleanUpBook } = office;
    const [sold, other] = [await office.sell(), await office.sell()];
    const columns = [
      "kind",
      "sale_id",
      "product_id",
      "told",
      "first_id",
      "order_count",
      "tickets",
      "tallied",
      "created_at",
    ];
    // By turns with those of another sale; some are not counted yet.
    const rows = Array.from({ length: 2_400 }, (_, at) => {
      const { saleId } = at % 2 === 0 ? sold : other;
      const tallied = at % 700 === 0 ? 0 : 1;
      return ["refused", saleId, 1_000_000 + at % 4, 0, 1, 1, "[]", tallied, now];
    });
    await database.insertMany("order_event", columns, rows);
    const before = await eventsOf(office, other.saleId);
    await cleanUpBook.fence(sold.saleId, await office.shop.book.totals(sold.saleId));
    let removed = 0;
    let steps = 0;
    let from: RowPlace | null = FIRST_ROWS;
    while (from !== null) {
      assert(steps < 20);
      const removal = { kind: "orderEvents", from, dropEvents: true } as const;
      const step: RemovedRows = await cleanUpBook.removeRows(sold.saleId, removal);
      removed += step.removed;
      steps += 1;
      from = step.next;
    }
    // A few of its own, two products with 600 rows each, and 4 rows that have to stay.
    assertEquals([removed, await eventsOf(office, sold.saleId)], [5 + 1_196, 4]);
    assertEquals(steps, 6);
    assertEquals(await eventsOf(office, other.saleId), before);
  });
}
