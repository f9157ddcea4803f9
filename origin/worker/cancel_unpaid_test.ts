import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { formatTicket } from "../../shared/ticket.ts";
import { DatabaseError, type DatabaseFault } from "../database/database.ts";
import type { CancelOutcome } from "../orders/unpaid_book.ts";
import { cancelDue, type CancellingParts, cancelUnpaid } from "./cancel_unpaid.ts";

/** The n-th ticket of an item. */
function ticket(n: number, product = 2): string {
  return formatTicket(`1-${product}`, `user-${n}`, 1_000_000_000 + n);
}

function tickets(count: number, product = 2): string[] {
  return Array.from({ length: count }, (_, at) => ticket(at + 1, product));
}

/** A sweep over a book that fails with a fault for items of a product, some of the times. */
function sweep(due: string[], faults: { product: number; fault: DatabaseFault; times: number }[]) {
  const open = new Set(due);
  const seen = { calls: 0, woken: 0, sleptMs: [] as number[], limits: [] as number[] };
  const stopping = new AbortController();
  const parts: CancellingParts = {
    log: logOf("test"),
    signal: stopping.signal,
    onCancelled: () => seen.woken += 1,
    clock: {
      random: () => 0.5,
      sleep: (ms) => Promise.resolve(void seen.sleptMs.push(ms)),
    },
    unpaid: {
      dueTickets: (limit, notOf = []) => {
        seen.limits.push(limit);
        const due = [...open].filter((one) => !notOf.some((item) => one.startsWith(`${item}-`)));
        return Promise.resolve(due.slice(0, limit));
      },
      cancelOrders: (some) => {
        seen.calls += 1;
        for (const rule of faults) {
          if (rule.times > 0 && some[0]!.startsWith(`1-${rule.product}-`)) {
            rule.times -= 1;
            return Promise.reject(new DatabaseError(rule.fault, rule.fault));
          }
        }
        return Promise.resolve(some.map((one): CancelOutcome => {
          return open.delete(one) ? "cancelled" : "not_unpaid";
        }));
      },
    },
  };
  return { parts, seen, open, stopping };
}

Deno.test("cancelUnpaid() ends a backlog in rounds and wakes the restoring of stock", async () => {
  const { parts, seen, open } = sweep(tickets(4_500), []);
  assertEquals(await cancelUnpaid(parts), 4_500);
  assertEquals([open.size, seen.calls, seen.woken], [0, 18, 18]);
  assertEquals(await cancelUnpaid(parts), 0);
  assertEquals(seen.woken, 18);
});

Deno.test("cancelUnpaid() lets an item that cannot be written keep no other back", async () => {
  const stuck = tickets(2_000, 3);
  const { parts, seen, open } = sweep([...stuck, ...tickets(10)], [
    { product: 3, fault: "lock_timeout", times: 100 },
  ]);
  assertEquals(await cancelUnpaid(parts), 10);
  assertEquals(open.size, 2_000);
  assertEquals(seen.limits, [2_000, 2_000], "it asks again without what is stuck");
});

Deno.test("cancelUnpaid() looks behind an item with more due orders than one look shows", async () => {
  const { parts, open } = sweep([...tickets(12_000, 3), ...tickets(10)], [
    { product: 3, fault: "unavailable", times: 100 },
  ]);
  assertEquals(await cancelUnpaid(parts), 10);
  assertEquals(open.size, 12_000);
});

Deno.test("cancelUnpaid() lets an order that cannot be ended keep no neighbour back", async () => {
  const { parts, open } = sweep(tickets(3), [{ product: 2, fault: "invalid", times: 2 }]);
  assertEquals(await cancelUnpaid(parts), 2);
  assertEquals([...open], [ticket(1)]);
});

Deno.test("cancelUnpaid() tries a deadlock again at once, a few times", async () => {
  const { parts, seen } = sweep(tickets(3), [{ product: 2, fault: "deadlock", times: 2 }]);
  assertEquals(await cancelUnpaid(parts), 3);
  assertEquals(seen.sleptMs, [5, 20]);
  const hopeless = sweep(tickets(3), [{ product: 2, fault: "deadlock", times: 100 }]);
  assertEquals(await cancelUnpaid(hopeless.parts), 0);
  assertEquals(hopeless.seen.calls, 6);
});

Deno.test("cancelUnpaid() fails when it cannot ask what is due", async () => {
  const { parts } = sweep([], []);
  parts.unpaid.dueTickets = () => Promise.reject(new DatabaseError("unavailable", "away"));
  await assertRejects(() => cancelUnpaid(parts), DatabaseError, "away");
});

Deno.test("cancelUnpaid() begins no other round when the process stops", async () => {
  const { parts, seen, stopping } = sweep(tickets(6_000), []);
  parts.onCancelled = () => stopping.abort(new Error("stopping"));
  assertEquals(await cancelUnpaid(parts), 2_000);
  assertEquals(seen.limits.length, 1);
});

Deno.test("cancelDue() ends what a reminder names and leaves the rest to the sweep", async () => {
  const { parts, seen } = sweep(tickets(3), [{ product: 3, fault: "unavailable", times: 1 }]);
  const named = [...tickets(3), ...tickets(2, 3), "no ticket"];
  assertEquals(await cancelDue(parts, named), 3);
  assertEquals(seen.woken, 1);
});
