import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import type { OpenOutcome, Reservation } from "../ledger/stock_ledger.ts";
import type { ItemState } from "../orders/order_book.ts";
import { recoverLedger, RecoveryAbandonedError, type RecoveryParts } from "./recover_ledger.ts";

const STATE: ItemState = {
  item: "1-2",
  stock: 10,
  sold: 4,
  epoch: 0,
  ledgerEpoch: 0,
  openEpoch: 0,
  drainedEpoch: 0,
  paused: false,
  price: 1,
  currency: "EUR",
};

/** A recovery that writes down its steps in the order in which they happen. */
function recovery(options: {
  epoch: number;
  takenOverAt?: "drain" | "snapshot" | "open";
  opened?: OpenOutcome;
  salvaged?: string[];
  neverDrains?: boolean;
}) {
  const steps: string[] = [];
  const mine = options.epoch + 1;
  const staged: Reservation[] = [];
  const users = Array.from({ length: 1_001 }, (_, at) => `u${String(at).padStart(5, "0")}`);
  const parts: RecoveryParts = {
    log: logOf("test"),
    sleep: (ms) => {
      if (ms > 100) steps.push(`wait ${ms}`);
      return Promise.resolve();
    },
    ledger: {
      close: () => Promise.resolve(void steps.push("close")),
      salvage: () => {
        steps.push("salvage");
        return Promise.resolve((options.salvaged ?? []).map((content) => ({
          item: "1-2" as const,
          epoch: options.epoch,
          messageId: "m",
          content,
        })));
      },
      async open(opening, pages) {
        for await (const page of pages) staged.push(...page);
        steps.push(`open ${opening.epoch} with ${opening.remaining}`);
        return options.opened ?? "opened";
      },
    },
    queue: {
      closeOlderRoutes: ({ epoch }, since) =>
        Promise.resolve(void steps.push(`unbind ${since} to below ${epoch}`)),
      sendBarrier: () => Promise.resolve(void steps.push("barrier")),
      openRoute: ({ epoch }) => Promise.resolve(void steps.push(`bind ${epoch}`)),
    },
    book: {
      raiseEpoch: () => {
        steps.push("raise");
        return Promise.resolve(mine);
      },
      readItems: () =>
        Promise.resolve([{
          ...STATE,
          epoch: options.takenOverAt === "drain" ? mine + 1 : mine,
          drainedEpoch: options.neverDrains ? 0 : mine,
        }]),
      writeOrders: () => {
        steps.push("write");
        return Promise.resolve({ kind: "written", orders: 1, refused: 0 });
      },
      writeOrdersSingly: () => Promise.reject(new Error("not expected")),
      parkMessage: () => Promise.resolve(void steps.push("park")),
      snapshotLedger: () => {
        steps.push("snapshot");
        return Promise.resolve(
          options.takenOverAt === "snapshot" ? null : {
            remaining: 6,
            terms: {
              version: 1,
              startsAt: 0,
              endsAt: 1,
              paused: false,
              perUserLimit: 1,
              paymentWindowMs: 1,
            },
          },
        );
      },
      listReservations: (_item, after, limit) =>
        Promise.resolve(
          users.filter((user) => user > after).slice(0, limit).map((userId) => ({
            userId,
            seq: 1,
            quantity: 1,
            requestId: "k",
            messageId: "m",
            live: true,
            payBy: 1,
          })),
        ),
      markOpen: () => {
        steps.push("mark open");
        return Promise.resolve(options.takenOverAt !== "open");
      },
    },
  };
  return { run: () => recoverLedger(STATE.item, parts), steps, staged };
}

Deno.test("recoverLedger() opens an item for the first time without waiting for a past", async () => {
  const { run, steps, staged } = recovery({ epoch: 0 });
  assertEquals(await run(), 1);
  assertEquals(steps, ["raise", "snapshot", "open 1 with 6", "bind 1", "mark open"]);
  assertEquals(new Set(staged.map(({ userId }) => userId)).size, 1_001, "every page is staged");
});

Deno.test("recoverLedger() keeps the order of the steps that the promises rest on", async () => {
  const salvaged = [encodeOrderMessage({
    v: 1,
    item: "1-2",
    epoch: 3,
    firstSeq: 3_000_000_001,
    reservedAt: 1,
    payBy: 2,
    orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
  })];
  const { run, steps } = recovery({ epoch: 3, salvaged });
  assertEquals(await run(), 4);
  assertEquals(steps, [
    "raise",
    "unbind 4 to below 4",
    "close",
    "wait 2000",
    "salvage",
    "write",
    "barrier",
    "snapshot",
    "open 4 with 6",
    "bind 4",
    "mark open",
  ]);
});

Deno.test("recoverLedger() parks what it cannot read and opens all the same", async () => {
  const { run, steps } = recovery({ epoch: 3, salvaged: ["{"] });
  assertEquals(await run(), 4);
  assertEquals(steps.slice(4, 6), ["salvage", "park"]);
});

Deno.test("recoverLedger() gives up wherever another coordinator took over", async () => {
  for (const takenOverAt of ["drain", "snapshot", "open"] as const) {
    const { run, steps } = recovery({ epoch: 3, takenOverAt });
    await assertRejects(() => run(), RecoveryAbandonedError, "taken over");
    assertEquals(steps.includes("bind 4"), takenOverAt === "open");
    // A route that may have been made behind the back of the next coordinator goes again.
    assertEquals(steps.at(-1) === "unbind 4 to below 5", takenOverAt === "open");
  }
});

Deno.test("recoverLedger() binds nothing when the ledger would not open", async () => {
  for (const opened of ["superseded", "replaced"] as const) {
    const { run, steps } = recovery({ epoch: 3, opened });
    await assertRejects(() => run(), RecoveryAbandonedError, opened);
    assertEquals(steps.includes("bind 4"), false);
  }
});

Deno.test("recoverLedger() stays closed when the queue is not drained in time", async () => {
  const { run, steps } = recovery({ epoch: 3, neverDrains: true });
  await assertRejects(() => run(), RecoveryAbandonedError, "not drained");
  assertEquals(steps.includes("snapshot"), false);
});
