import { assert, assertEquals } from "@std/assert";
import type { RehearsalParts } from "../rehearsal_stage.ts";
import { Mortal } from "./mortal.ts";
import { settled, spying } from "./rehearsal_looks.ts";
import { RehearsalShop, type RehearsalSystem } from "./rehearsal_shop.ts";

/** Longer than a rehearsal is left alone before others clear it away. */
const LATER_MS = 31_000;

/** What is left of rehearsals that break off; `deaths`: at how many places they die at most. */
export function rehearsalDeaths(
  name: string,
  open: () => Promise<RehearsalSystem>,
  deaths: number,
): void {
  const test = (what: string, work: (shop: RehearsalShop) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => RehearsalShop.with(open, work));

  test("a rehearsal that dies at any of its calls is cleared away", async (shop) => {
    const sale = await shop.openSale([40, 3]);
    const before = await settled(shop);
    const healthy = new Mortal(Infinity);
    await shop.rehearse(sale, undefined, mortalParts(shop, healthy));
    assertEquals(await settled(shop), before);
    const places = chosenPlaces(healthy.calls, deaths);
    const found: string[] = [];
    for (const place of places) {
      const mortal = new Mortal(place);
      const rehearsalId = await shop.rehearse(sale, undefined, mortalParts(shop, mortal))
        // It may die before anybody hears that it began.
        .catch(() => null);
      // Looks that are repeated until workers are done may be fewer this time.
      if (!mortal.isDead) continue;
      const clock = () => shop.system.parts.clock() + LATER_MS;
      await shop.rehearsals({ clock }).clearAbandoned();
      const name = `${mortal.calls.at(-1)} (call ${place})`;
      assertEquals(await settled(shop), before, name);
      assertEquals(await shop.book.abandoned(clock() + LATER_MS), [], name);
      const record = rehearsalId === null ? null : await shop.book.get(rehearsalId);
      if (record) assert(record.state !== "running", name);
      found.push(mortal.calls.at(-1)!);
    }
    assert(found.length > places.length / 2, `it died ${found.length} times`);
    console.log(
      `${name}: ${found.length} deaths at ${new Set(found).size} kinds of calls, ` +
        `nothing left behind`,
    );
  });

  test("a rehearsal that slept and was cleared away does nothing more", async (shop) => {
    const sale = await shop.openSale([40]);
    const before = await settled(shop);
    const clock = () => shop.system.parts.clock() + LATER_MS;
    const clearedAt: number[] = [];
    for (const step of ["rush", "count"]) {
      const rehearsalId = await shop.rehearse(sale, undefined, {
        rehearsals: spying(shop, step, async () => {
          clearedAt.push(await shop.rehearsals({ clock }).clearAbandoned());
        }),
      });
      const { state, removedAt } = (await shop.book.get(rehearsalId))!;
      assertEquals([state, removedAt !== null], ["failed", true], step);
      assertEquals(await settled(shop), before, step);
    }
    assertEquals(clearedAt, [1, 1]);
  });

  test("a stop breaks a rehearsal off, and it still removes what it made", async (shop) => {
    const sale = await shop.openSale([5_000]);
    const before = await settled(shop);
    const began = Promise.withResolvers<void>();
    const rehearsals = shop.rehearsals({
      rehearsals: spying(shop, "rush", () => Promise.resolve(began.resolve())),
    });
    const start = await rehearsals.start({ sale, buyers: undefined, force: true, startedBy: "a" });
    assert(start.kind === "started");
    await began.promise;
    await rehearsals.stop();
    const { report, state } = (await shop.book.get(start.rehearsalId))!;
    assertEquals([state, report.fault, report.step], ["failed", "the origin stopped", "rush"]);
    assertEquals(await settled(shop), before);
  });
}

function mortalParts(shop: RehearsalShop, mortal: Mortal): Partial<RehearsalParts> {
  const parts = shop.parts();
  const { relay } = parts;
  return {
    rehearsals: mortal.port("rehearsals", parts.rehearsals),
    catalog: mortal.port("catalog", parts.catalog),
    ledger: mortal.port("ledger", parts.ledger),
    queue: mortal.port("queue", parts.queue),
    book: mortal.port("book", parts.book),
    unpaid: mortal.port("unpaid", parts.unpaid),
    payments: mortal.port("payments", parts.payments),
    relay: relay && { ...relay, ledger: mortal.port("relay", relay.ledger) },
  };
}

/** Numbers of calls, from 1: the first of each kind, at most so many, spread over the whole course. */
function chosenPlaces(calls: string[], most: number): number[] {
  const firsts = [...new Set(calls)].map((call) => calls.indexOf(call) + 1);
  const step = Math.max(1, firsts.length / most);
  const places: number[] = [];
  for (let at = 0; at < firsts.length; at += step) places.push(firsts[Math.floor(at)]!);
  return places;
}
