import { assertEquals } from "@std/assert";
import type { ItemEpoch } from "../../shared/item.ts";
import { logOf } from "../../shared/log.ts";
import type { Release, StockChange } from "../ledger/stock_ledger.ts";
import type { StockEvent } from "../orders/order_book.ts";
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
  },
) {
  const seen = {
    releases: [] as Release[],
    changes: [] as StockChange[],
    finished: [] as { id: string; state: string }[],
    closed: [] as ItemEpoch[],
  };
  const run = () =>
    restoreStock({
      log: logOf("test"),
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
      },
      book: {
        pendingStockEvents: () => Promise.resolve(EVENTS),
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
  return { run, seen };
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

Deno.test("restoreStock() is done with what is not held, and voids what the ledger refuses", async () => {
  const { run, seen } = restoring({ release: "not_held", adjust: "refused" });
  await run();
  assertEquals(seen.finished.map(({ state }) => state), ["done", "done", "void", "void"]);
});
