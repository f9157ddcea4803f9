import { assert, assertEquals } from "@std/assert";
import type { ReserveOutcome } from "../../ledger/stock_ledger.ts";
import { batchOf } from "../../orders/testing/book_shop.ts";
import type { SoldSale } from "./clean_up_shop.ts";
import { assertClean, attempt, cleanUp, type CleanUpTest } from "./clean_up_steps.ts";

/** What stands in the way of a clean-up, and what does not. */
export function obstacleContract(test: CleanUpTest): void {
  test("a clean-up is refused while anything is open", async (office) => {
    const { shop } = office;
    const { database } = shop;
    const cases: Record<string, (sold: SoldSale) => Promise<unknown>> = {
      not_over: ({ saleId }) =>
        database.execute("UPDATE sale SET status = 'published' WHERE id = ?", [saleId]),
      unpaid: async ({ item }) => {
        await shop.write(batchOf(item, ["eve"], { n: 5 }));
        await office.settle();
      },
      stock_events: ({ item, tickets }) =>
        database.execute(
          `UPDATE stock_event SET state = 'pending' WHERE ticket = ? AND sale_id = ?`,
          [tickets[3]!, Number(item.split("-")[0])],
        ),
      parked: ({ item }) => shop.book.parkMessage(`${item}-1000000009`, `${item} x`, "unreadable"),
      undelivered: async ({ saleId }) => {
        const [row] = await database.query<{ position: number }>(
          "SELECT MIN(position) AS position FROM order_event WHERE sale_id = ?",
          [saleId],
        );
        await database.insertMany("webhook_cursor", [
          "id",
          "position",
          "event_index",
          "attempts",
          "next_try_at",
          "url",
        ], [[1, row!.position, 3, 0, 0, "http://shop.invalid/"]]);
      },
      uncounted: ({ saleId }) =>
        database.execute("UPDATE order_event SET tallied = 0 WHERE sale_id = ?", [saleId]),
    };
    for (const [kind, bringAbout] of Object.entries(cases)) {
      const sold = await office.sell();
      await bringAbout(sold);
      const { cleanUps } = office.desk();
      const started = await cleanUps.begin(sold.saleId, "ann");
      assert(started.kind === "refused", kind);
      assert(started.obstacles.some((one) => one.kind === kind), kind);
      assert(started.obstacles.every(({ detail }) => detail !== ""));
      const facts = await office.cleanUpBook.facts(sold.saleId);
      assertEquals([facts?.cleanedAt, facts?.remains.inbox === 0], [null, false]);
      await database.execute("DELETE FROM webhook_cursor WHERE id = 1");
    }
  });

  test("a clean-up ends where the last proof finds a fault", async (office) => {
    const sold = await office.sell();
    await office.shop.database.execute(
      "UPDATE sale_item SET stock = stock - 1 WHERE sale_id = ?",
      [sold.saleId],
    );
    const { cleanUps } = office.desk();
    const begun = await cleanUps.begin(sold.saleId, "ann", { dropEvents: true });
    assertEquals(begun.kind, "started");
    await cleanUps.idle(sold.saleId);
    const view = await cleanUps.look(sold.saleId);
    assertEquals([view?.state, view?.cleanedAt], ["none", null]);
    assert(view?.failure?.includes("do not balance"));
    assertEquals(await office.ledger.readStock([{ item: sold.item, epoch: 1 }]), [5]);
  });

  test("no ledger sells any more when a sale is fenced", async (office) => {
    const sold = await office.sell();
    const life = { item: sold.item, epoch: 1 };
    assertEquals((await office.ledger.readStock([life]))[0], 5);
    let asked: Promise<ReserveOutcome> | null = null;
    office.at = (point) => {
      if (point === "before fence") asked = office.reserve(life, ["eve"]);
    };
    await cleanUp(office, sold.saleId);
    const outcome = await asked!;
    assert(outcome.kind === "decided");
    assertEquals(outcome.decisions, [{ kind: "ended" }]);
  });

  test("a sale is not fenced while a ledger sells that cannot be told", async (office) => {
    const sold = await office.sell();
    office.at = (point) => {
      if (point === "before setTerms") throw new Error("away");
    };
    assert((await attempt(office, sold.saleId))?.includes("ledger is away"));
    const facts = await office.cleanUpBook.facts(sold.saleId);
    assertEquals([facts?.cleanedAt, facts?.remains.inbox], [null, 1]);
    office.at = () => {};
    await cleanUp(office, sold.saleId);
    await assertClean(office, sold);
  });

  test("a sale that ended a day ago is closed by its clean-up", async (office) => {
    const sold = await office.sell();
    const { database } = office.shop;
    await database.execute(
      "UPDATE sale SET status = 'published', ends_at = ? WHERE id = ?",
      [office.shop.now - 25 * 3_600_000, sold.saleId],
    );
    await cleanUp(office, sold.saleId);
    await assertClean(office, sold);
    assertEquals((await office.shop.catalog.getSale(sold.saleId))?.status, "closed");
  });

  test("a sale whose ledger was lost long ago is cleaned up too", async (office) => {
    const sold = await office.sell();
    const { database } = office.shop;
    await database.execute("UPDATE sale SET ends_at = ? WHERE id = ?", [
      office.shop.now - 31 * 24 * 3_600_000,
      sold.saleId,
    ]);
    await office.ledger.removeItems([{ item: sold.item, epoch: 1 }]);
    await cleanUp(office, sold.saleId);
    await assertClean(office, sold);
    const kept = await office.proofs.keptProof(sold.saleId);
    assertEquals([kept?.ok, kept?.paid, kept?.remaining], [true, 3, 5]);
  });

  test("there is nothing to clean up of a sale that is not there", async (office) => {
    const { cleanUps } = office.desk();
    assertEquals(await cleanUps.look(999_999), null);
    assertEquals((await cleanUps.begin(999_999, "ann")).kind, "not_found");
  });
}
