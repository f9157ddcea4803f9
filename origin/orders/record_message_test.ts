import { assertEquals, assertRejects } from "@std/assert";
import { encodeOrderMessage } from "../../shared/order_message.ts";
import { DatabaseError, type DatabaseFault } from "../database/database.ts";
import type { WriteOutcome } from "./order_book.ts";
import { recordMessage } from "./record_message.ts";

const CONTENT = encodeOrderMessage({
  v: 1,
  item: "1-2",
  epoch: 1,
  firstSeq: 1_000_000_001,
  reservedAt: 1,
  payBy: 2,
  orders: [{ userId: "ann", quantity: 1, requestId: "k" }],
});

async function recorded(
  outcome: WriteOutcome | DatabaseFault,
  content = CONTENT,
  split?: DatabaseFault,
) {
  const calls: string[] = [];
  const result = await recordMessage({
    writeOrders: () => {
      calls.push("write");
      return typeof outcome === "string"
        ? Promise.reject(new DatabaseError(outcome, outcome))
        : Promise.resolve(outcome);
    },
    writeOrdersSingly: () => {
      calls.push("split");
      if (split) return Promise.reject(new DatabaseError(split, split));
      return Promise.resolve({ orders: 1, refused: 0, parked: [], clashes: [] });
    },
    parkMessage: (_id, _content, reason) => {
      calls.push(`park ${reason.split(":")[0]}`);
      return Promise.resolve();
    },
  }, { messageId: "m", content });
  return [result.kind, ...calls];
}

Deno.test("recordMessage() writes, splits, or parks, and never drops", async () => {
  const written = { kind: "written", orders: 1, refused: 0 } as const;
  assertEquals(await recorded(written), ["written", "write"]);
  assertEquals(await recorded({ kind: "known" }), ["known", "write"]);
  assertEquals(await recorded({ kind: "guard" }), ["split", "write", "split"]);
  assertEquals(await recorded({ kind: "content_clash" }), [
    "parked",
    "write",
    "park content_clash",
  ]);
  assertEquals(await recorded(written, "{"), ["parked", "park unreadable"]);
});

Deno.test("recordMessage() lets no poison ticket hold up its neighbours", async () => {
  assertEquals(await recorded("invalid"), ["split", "write", "split"]);
  assertEquals(await recorded("invalid", CONTENT, "invalid"), [
    "parked",
    "write",
    "split",
    "park unwritable",
  ]);
});

Deno.test("recordMessage() fails with what may go well later", async () => {
  for (const fault of ["unavailable", "deadlock", "lock_timeout", "other"] as const) {
    await assertRejects(() => recorded(fault), DatabaseError, fault);
    await assertRejects(() => recorded("invalid", CONTENT, fault), DatabaseError, fault);
  }
});
