import { assert, assertEquals } from "@std/assert";
import { DatabaseError } from "../../database/database.ts";
import { batchOf, BookShop, type OpenDatabase, TEST_NOW, ticketsIn, users } from "./book_shop.ts";

/** Orders of these tests are due long before those of any other test. */
const LONG_AGO = TEST_NOW - 1_000_000_000;

/** Backlogs, and several that work on them at once. */
export function manyContract(name: string, open: OpenDatabase): void {
  const test = (what: string, work: (shop: BookShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => BookShop.with(open, work));

  test("dueTickets() names the longest overdue first", async (shop) => {
    const item = await shop.item(10);
    shop.now = LONG_AGO;
    const late = batchOf(item, ["ann"], { payBy: LONG_AGO + 900_000 });
    const early = batchOf(item, ["bob", "cid"], { n: 2, payBy: LONG_AGO + 800_000 });
    await shop.write(late);
    await shop.write(early);
    shop.now = LONG_AGO + 800_000 - 1;
    assertEquals(await shop.unpaid.dueTickets(10), []);
    shop.now += 1;
    assertEquals((await shop.unpaid.dueTickets(10)).toSorted(), ticketsIn(early).toSorted());
    shop.now = LONG_AGO + 900_000;
    const due = await shop.unpaid.dueTickets(10);
    assertEquals(due.slice(2), ticketsIn(late));
    assertEquals((await shop.unpaid.dueTickets(2)).length, 2);
    await shop.unpaid.cancelOrders([due[0]!], "by_buyer");
    assertEquals((await shop.unpaid.dueTickets(10)).length, 2);
    // No other test may find these.
    await shop.unpaid.cancelOrders(due, "expired");
  });

  test("cancelOrders() takes a thousand at once, by several at once, each once", async (shop) => {
    const item = await shop.item(1_000);
    const messages = [0, 1].map((half) =>
      batchOf(item, users(500, `half${half}`), { n: 1 + half * 500 })
    );
    for (const message of messages) await shop.write(message);
    shop.now = TEST_NOW + 900_000;
    const tickets = messages.flatMap(ticketsIn);
    const sweeps = await Promise.all(
      [tickets, tickets.toReversed(), tickets].map((some) => expireAll(shop, some)),
    );
    assertEquals(sweeps.flat().filter((outcome) => outcome === "cancelled").length, 1_000);
    assert(sweeps.flat().every((outcome) => outcome === "cancelled" || outcome === "not_unpaid"));
    const { sold } = await shop.state(item);
    assertEquals(sold, 0);
    const events = await shop.eventsOf(item);
    assertEquals(events.length, 1_000);
    assertEquals(new Set(events.map(({ ticket }) => ticket)).size, 1_000);
  });
}

/** Again after a deadlock, as the sweep does. */
async function expireAll(shop: BookShop, tickets: string[]) {
  for (let tries = 1;; tries += 1) {
    try {
      return await shop.unpaid.cancelOrders(tickets, "expired");
    } catch (error) {
      if (tries === 5 || !(error instanceof DatabaseError) || error.fault !== "deadlock") {
        throw error;
      }
    }
  }
}
