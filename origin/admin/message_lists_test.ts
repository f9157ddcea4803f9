import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseError } from "../database/database.ts";
import { openShop } from "./testing/message_shop.ts";

Deno.test("messages that wait and messages that were recorded are listed", async () => {
  const { origin, json, buy, work, saleId, productId } = await openShop();
  await using _ = origin;
  for (const user of ["a", "b", "c"]) await buy(user);
  origin.now += 1_500;
  const waiting = await json("GET", "/messages?state=pending&per=2");
  assertEquals([waiting.body.total, waiting.body.items.length], [3, 2]);
  const { messageId, size, ...rest } = waiting.body.items[0];
  assertEquals(rest, {
    state: "pending",
    saleId,
    productId,
    epoch: 1,
    ageMs: 1_500,
    sends: 0,
    buyers: 1,
  });
  assert(size > 50);
  assertEquals(messageId, `${saleId}-${productId}-1000000001`);
  const last = await json("GET", "/messages?state=pending&per=2&page=2");
  assertEquals(last.body.items.length, 1);
  assertEquals((await json("GET", "/messages?state=pending&page=1000000000")).body.items, []);
  const { body } = await json("GET", "/messages/summary");
  assertEquals(body, {
    parked: 0,
    replayed: 0,
    refused: 0,
    recorded: 0,
    pending: { messages: 3, items: 1, oldestAgeMs: 1_500 },
    queue: { ready: 3, consumers: 0 },
    maxQueuedMessages: 100,
    buys: "open",
  });
  await work();
  const recorded = await json("GET", "/messages?state=recorded");
  assertEquals(recorded.body.total, 3);
  const { contentHash, recordedAt, ...entry } = recorded.body.items[0];
  assertEquals(entry, { state: "recorded", messageId: `${saleId}-${productId}-1000000003` });
  assertMatch(contentHash, /^[0-9a-f]{64}$/);
  assertMatch(recordedAt, /^2026-06-01T10:/);
  assertEquals((await json("GET", "/messages?state=pending")).body.total, 0);
});

Deno.test("the summary tells what it can while a part is away", async () => {
  const { origin, json } = await openShop();
  await using _ = origin;
  origin.faults.ledger.down = true;
  origin.faults.queue.error = new Error("ECONNREFUSED");
  const { status, body } = await json("GET", "/messages/summary");
  assertEquals([status, body.pending, body.queue, body.parked], [200, null, null, 0]);
  assertEquals((await json("GET", "/messages?state=pending")).body.code, "unavailable");
  origin.faults.ledger.down = false;
  origin.faults.ledger.error = new DatabaseError("unavailable", "gone");
  assertEquals((await json("GET", "/messages/summary")).body.pending, null);
  assertEquals((await json("GET", "/messages?state=pending")).body.code, "unavailable");
});

Deno.test("buys hear busy over the limit, and winners their ticket", async () => {
  const { origin, json, buy, work } = await openShop(200);
  await using _ = origin;
  for (let at = 0; at <= 100; at += 1) await buy(`user${at}`);
  await origin.backlog.refresh();
  assertEquals((await json("GET", "/messages/summary")).body.buys, "busy");
  assertEquals(await buy("late"), { outcome: "busy" });
  assertEquals((await buy("user7")).outcome, "reserved");
  assertEquals((await json("GET", "/messages?state=pending&per=1")).body.total, 101);
  await work();
  await origin.backlog.refresh();
  assertEquals((await buy("late")).outcome, "reserved");
});
