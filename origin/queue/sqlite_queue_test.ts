import { setImmediate } from "node:timers";
import { assertEquals, assertRejects } from "@std/assert";
import { openSqlite } from "../database/open_database.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import {
  consumeAll,
  idsOf,
  PATIENCE_MS,
  publishAll,
  queueContract,
  recorder,
  TEST_ITEM,
  testMessages,
  until,
} from "./queue_contract.ts";
import { SqliteQueue, type SqliteQueueOptions } from "./sqlite_queue.ts";

async function makeSqliteQueue(options: SqliteQueueOptions = {}) {
  const db = await openSqlite(":memory:", () => 0);
  const queue = new SqliteQueue(db, options);
  return {
    db,
    queue,
    close: async () => {
      await queue.close(PATIENCE_MS);
      await db.close();
    },
  };
}

queueContract("SqliteQueue", makeSqliteQueue);

function insertAsLedger(db: SqliteDatabase, id: string): Promise<void> {
  return db.exclusive(() => {
    db.prepare(
      `INSERT INTO queue_message (shard, kind, message_id, item, epoch, content)
       VALUES (0, 'orders', ?, '7-11', 3, '{}')`,
    ).run(id);
  });
}

Deno.test("SqliteQueue wake() hands out a row that the ledger wrote without a poll", async () => {
  const { db, queue, close } = await makeSqliteQueue({
    delay: () => () => {},
  });
  const { seen, handler } = recorder();
  await queue.consume(handler);
  await insertAsLedger(db, "a");
  queue.wake();
  await until("it came", () => seen.length === 1);
  await close();
});

Deno.test("SqliteQueue consume() polls with waits that double up to a bound", async () => {
  const waits: number[] = [];
  let fire = () => {};
  const { db, queue, close } = await makeSqliteQueue({
    delay: (delayMs, run) => {
      waits.push(delayMs);
      fire = run;
      return () => {};
    },
  });
  const { seen, handler } = recorder();
  await queue.consume(handler);
  for (let count = 1; count <= 6; count += 1) {
    await until("it waits", () => waits.length === count);
    if (count === 6) await insertAsLedger(db, "a");
    fire();
  }
  await until("it came", () => seen.length === 1);
  await until("it waits again", () => waits.length === 7);
  assertEquals(waits, [20, 40, 80, 160, 200, 200, 20]);
  await close();
});

Deno.test("SqliteQueue consume() lets other work of the thread run between deliveries", async () => {
  const { queue, close } = await makeSqliteQueue();
  await queue.openRoute(TEST_ITEM);
  await publishAll(queue, testMessages(40));
  const turns: string[] = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    turns.push("other");
    if (turns.length < 200) channel.port2.postMessage(0);
  };
  channel.port2.postMessage(0);
  const consumer = await queue.consume(() => {
    turns.push("delivery");
    return Promise.resolve();
  });
  await until("all came", () => turns.filter((turn) => turn === "delivery").length === 40);
  await consumer.stop(PATIENCE_MS);
  channel.port1.close();
  channel.port2.close();
  const first = turns.indexOf("delivery");
  const last = turns.lastIndexOf("delivery");
  const between = turns.slice(first, last).filter((turn) => turn === "other").length;
  assertEquals(between >= 20, true, `${between} turns of others between 40 deliveries`);
  await close();
});

Deno.test("SqliteQueue consume() hands out again what a crash left in the table", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  const first = await openSqlite(path, () => 0);
  const before = new SqliteQueue(first);
  await before.openRoute(TEST_ITEM);
  await publishAll(before, testMessages(5));
  const stuck = Promise.withResolvers<void>();
  const { seen, handler } = recorder();
  await before.consume((delivery) => seen.length < 2 ? handler(delivery) : stuck.promise);
  await until("two are handled", () => seen.length === 2);
  // The process dies here: nothing was deleted, the third is in hand.
  const second = await openSqlite(path, () => 0);
  const after = new SqliteQueue(second);
  const ids = idsOf(await consumeAll(after, 5));
  assertEquals(ids, testMessages(5).map((message) => message.messageId));
  stuck.resolve();
  await before.close(PATIENCE_MS);
  await first.close();
  await second.close();
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {});
});

Deno.test("SqliteQueue stop() leaves the table alone once it gave up waiting", async () => {
  const { queue, close } = await makeSqliteQueue();
  await queue.openRoute(TEST_ITEM);
  await publishAll(queue, testMessages(1));
  const stuck = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const consumer = await queue.consume(() => {
    begun.resolve();
    return stuck.promise;
  });
  await begun.promise;
  await consumer.stop(1);
  stuck.resolve();
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assertEquals((await queue.depth()).ready, 1);
  await close();
});

Deno.test("SqliteQueue consume() refuses a second consumer", async () => {
  const { queue, close } = await makeSqliteQueue();
  await queue.consume(recorder().handler);
  await assertRejects(() => queue.consume(recorder().handler), RangeError, "one consumer");
  await close();
});

Deno.test("SqliteQueue publish() is unconfirmed when the database fails", async () => {
  const { db, queue, close } = await makeSqliteQueue();
  await db.script("DROP TABLE queue_route");
  assertEquals(await queue.publish(testMessages(2), PATIENCE_MS), ["unconfirmed", "unconfirmed"]);
  await close();
});
