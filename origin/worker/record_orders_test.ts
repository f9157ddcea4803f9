import { assert, assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { DatabaseError, type DatabaseFault } from "../database/database.ts";
import type { WriteOutcome } from "../orders/order_book.ts";
import { recordOrders } from "./record_orders.ts";

const CONTENT = encodeOrderMessage({
  v: 1,
  item: "1-2",
  epoch: 1,
  firstSeq: 1_000_000_001,
  reservedAt: 1,
  payBy: 2,
  orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
});

/** A worker over an order book that answers from a script: an outcome, or a fault to throw. */
function worker(script: (WriteOutcome["kind"] | DatabaseFault)[], split?: DatabaseFault) {
  const seen = {
    writes: 0,
    splits: 0,
    parked: [] as string[],
    drained: 0,
    sleptMs: [] as number[],
  };
  const stopping = new AbortController();
  const handle = recordOrders({
    log: logOf("test"),
    signal: stopping.signal,
    clock: {
      random: () => 0.5,
      sleep: (ms, signal) => {
        seen.sleptMs.push(ms);
        if (seen.sleptMs.length > 50) stopping.abort(new Error("stopping"));
        return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
      },
    },
    book: {
      writeOrders: () => {
        const step = script[Math.min(seen.writes, script.length - 1)]!;
        seen.writes += 1;
        switch (step) {
          case "written":
            return Promise.resolve({ kind: "written", orders: 1, refused: 0 });
          case "known":
          case "guard":
          case "content_clash":
            return Promise.resolve({ kind: step });
          default:
            return Promise.reject(new DatabaseError(step, step));
        }
      },
      writeOrdersSingly: () => {
        seen.splits += 1;
        return split
          ? Promise.reject(new DatabaseError(split, split))
          : Promise.resolve({ orders: 0, refused: 0, parked: ["1-2-ann-1000000001"], clashes: [] });
      },
      parkMessage: (_id, _content, reason) => {
        seen.parked.push(reason);
        return Promise.resolve();
      },
      markDrained: () => {
        seen.drained += 1;
        return Promise.resolve();
      },
    },
  });
  const deliver = (content = CONTENT) => handle({ kind: "orders", messageId: "m", content });
  return { deliver, handle, seen };
}

Deno.test("recordOrders() writes a message once", async () => {
  for (const outcome of ["written", "known"] as const) {
    const { deliver, seen } = worker([outcome]);
    await deliver();
    assertEquals([seen.writes, seen.splits, seen.parked], [1, 0, []]);
  }
});

Deno.test("recordOrders() holds a message for as long as the database is away", async () => {
  const away = Array<DatabaseFault>(20).fill("unavailable");
  const { deliver, seen } = worker([...away, "written"]);
  await deliver();
  assertEquals(seen.writes, 21);
  assertEquals(seen.parked, []);
  assertEquals(seen.sleptMs.at(-1), 1_000, "pauses grow to their cap");
});

Deno.test("recordOrders() rejects, so that nothing is acknowledged, when it stops meanwhile", async () => {
  const { deliver, seen } = worker(["unavailable"]);
  await assertRejects(() => deliver(), Error, "stopping");
  assertEquals(seen.parked, []);
});

Deno.test("recordOrders() retries faults that blame no ticket until they pass", async () => {
  for (const fault of ["deadlock", "lock_timeout", "other"] as const) {
    const { deliver, seen } = worker([...Array<DatabaseFault>(12).fill(fault), "written"]);
    await deliver();
    assertEquals([seen.writes, seen.splits, seen.parked], [13, 0, []]);
  }
});

Deno.test("recordOrders() splits what the database refuses or a guard stops", async () => {
  for (const fault of ["guard", "invalid", "duplicate"] as const) {
    const { deliver, seen } = worker([fault]);
    await deliver();
    assertEquals([seen.writes, seen.splits, seen.parked], [1, 1, []]);
  }
});

Deno.test("recordOrders() parks what nobody can read or write, and never drops it", async () => {
  const unreadable = worker(["written"]);
  await unreadable.deliver("{");
  assertEquals(unreadable.seen.writes, 0);
  assert(unreadable.seen.parked[0]?.startsWith("unreadable"));
  const clash = worker(["content_clash"]);
  await clash.deliver();
  assertEquals(clash.seen.parked, ["content_clash"]);
  const unwritable = worker(["invalid"], "invalid");
  await unwritable.deliver();
  assert(unwritable.seen.parked[0]?.startsWith("unwritable"));
});

Deno.test("recordOrders() marks the epoch of a barrier as drained", async () => {
  const { handle, seen } = worker(["written"]);
  await handle({ kind: "barrier", item: "1-2", epoch: 4 });
  assertEquals(seen.drained, 1);
});
