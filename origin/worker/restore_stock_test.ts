import { assertEquals } from "@std/assert";
import type { ItemEpoch } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import type { Release, StockChange } from "../ledger/stock_ledger.ts";
import type { ItemState, StockEvent } from "../orders/order_book.ts";
import { restoreStock } from "./restore_stock.ts";

const TICKET = "1-2-ann-3000000007";
const EVENTS: StockEvent[] = [
  { id: "a", item: "1-2", epoch: 3, kind: "restock", ticket: TICKET, delta: 2 },
  { id: "b", item: "1-2", epoch: 3, kind: "drop", ticket: "1-2-bob-3000000008", delta: 0 },
  { id: "c", item: "1-2", epoch: 3, kind: "top_up", ticket: null, delta: 5 },
  { id: "d", item: "1-2", epoch: 3, kind: "take_back", ticket: null, delta: -5 },
];

function restoring(
  answers: {
    release: "released" | "not_held" | "closed";
    adjust: "applied" | "refused" | "closed";
    closesLost?: boolean;
    /** The epoch that is open, and whether its ledger can be read. */
    openEpoch?: number;
    stock?: number | null;
    /** Rounds of events; the last one goes on. */
    events?: StockEvent[][];
  },
) {
  const seen = {
    releases: [] as Release[],
    changes: [] as StockChange[],
    finished: [] as { id: string; state: string }[],
    closed: [] as ItemEpoch[],
    rounds: 0,
  };
  const alarmed = new Set<string>();
  const run = () =>
    restoreStock({
      log: logOf("test"),
      alarmed,
      ...(answers.closesLost === undefined ? {} : { closesLost: answers.closesLost }),
      ledger: {
        isUp: () => true,
        release: (releases) => {
          seen.releases = releases;
          return Promise.resolve(releases.map(() => answers.release));
        },
        adjust: (changes) => {
          seen.changes = changes;
          return Promise.resolve(changes.map(() => answers.adjust));
        },
        readStock: (items) => Promise.resolve(items.map(() => answers.stock ?? null)),
      },
      book: {
        pendingStockEvents: () => {
          const rounds = answers.events ?? [EVENTS];
          seen.rounds += 1;
          return Promise.resolve(rounds[Math.min(seen.rounds, rounds.length) - 1]!);
        },
        readItems: (items) =>
          Promise.resolve(
            items.map((item) => ({ item, openEpoch: answers.openEpoch ?? 3 }) as ItemState),
          ),
        finishStockEvents: (results) => {
          seen.finished = results;
          return Promise.resolve(results.map(({ state }) => state));
        },
        closeItems: (items) => {
          seen.closed = items;
          return Promise.resolve();
        },
      },
    });
  return { run, seen, alarmed };
}

Deno.test("restoreStock() tells the ledger of every event with its epoch and seq", async () => {
  const { run, seen } = restoring({ release: "released", adjust: "applied" });
  assertEquals(await run(), 4);
  assertEquals(seen.releases, [
    { item: "1-2", epoch: 3, userId: "ann", seq: 3_000_000_007, restock: true },
    { item: "1-2", epoch: 3, userId: "bob", seq: 3_000_000_008, restock: false },
  ]);
  assertEquals(seen.changes.map(({ changeId, delta }) => [changeId, delta]), [["c", 5], ["d", -5]]);
  assertEquals(seen.finished.map(({ state }) => state), ["done", "done", "done", "done"]);
});

Deno.test("restoreStock() leaves events pending and closes the item of a closed ledger", async () => {
  const { run, seen } = restoring({ release: "closed", adjust: "closed" });
  assertEquals(await run(), 0);
  assertEquals(seen.finished, []);
  assertEquals(seen.closed, [{ item: "1-2", epoch: 3 }]);
});

Deno.test("restoreStock() leaves the closing of lost ledgers to others where it is told to", async () => {
  const { run, seen } = restoring({ release: "closed", adjust: "closed", closesLost: false });
  assertEquals(await run(), 0);
  assertEquals(seen.closed, []);
});

Deno.test("restoreStock() is done with what is not held, and voids what the ledger refuses", async () => {
  const { run, seen } = restoring({ release: "not_held", adjust: "refused" });
  await run();
  assertEquals(seen.finished.map(({ state }) => state), ["done", "done", "void", "void"]);
});

Deno.test("restoreStock() closes no item that is being opened or whose ledger is there", async () => {
  for (const answers of [{ openEpoch: 0 }, { openEpoch: 2 }, { stock: 7 }]) {
    const { run, seen } = restoring({ release: "closed", adjust: "closed", ...answers });
    assertEquals(await run(), 0);
    assertEquals(seen.closed, []);
  }
});

Deno.test("restoreStock() goes on while there are more", async () => {
  const many = Array.from({ length: 500 }, (_, at) => ({ ...EVENTS[0]!, id: `many-${at}` }));
  const { run, seen } = restoring({
    release: "released",
    adjust: "applied",
    events: [many, many, EVENTS],
  });
  assertEquals([await run(), seen.rounds], [1_004, 3]);
  const stuck = restoring({ release: "closed", adjust: "closed", events: [many] });
  assertEquals([await stuck.run(), stuck.seen.rounds], [0, 1]);
});

Deno.test("restoreStock() lets an event that names no ticket keep nobody waiting", async () => {
  const broken = { ...EVENTS[0]!, id: "broken", ticket: "no ticket" };
  const events = [[broken, { ...broken, id: "none", ticket: null }, ...EVENTS]];
  const { run, seen, alarmed } = restoring({ release: "released", adjust: "applied", events });
  for (const time of ["first", "second"]) {
    assertEquals(await run(), 4, time);
    assertEquals(seen.finished.map(({ id }) => id), ["a", "b", "c", "d"]);
    assertEquals(seen.closed, []);
  }
  assertEquals([...alarmed], ["broken", "none"]);
});
