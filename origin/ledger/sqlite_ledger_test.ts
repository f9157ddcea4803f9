import { assert, assertEquals } from "@std/assert";
import { openSqlite } from "../database/open_database.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import { systemClock } from "../../shared/clock.ts";
import { formatMessageId } from "../../shared/ticket.ts";
import { ledgerContract } from "./ledger_contract.ts";
import {
  decide,
  HOUR_MS,
  ITEM,
  kinds,
  ledgerTest,
  type LedgerUnderTest,
  LIFE,
  open,
  passOf,
  stockOf,
  wish,
} from "./ledger_contract_setup.ts";
import { PASS_MEMORY_MS } from "./pass_times.ts";
import { SqliteLedger, type SqliteLedgerOptions } from "./sqlite_ledger.ts";

interface SqliteUnderTest extends LedgerUnderTest {
  db: SqliteDatabase;
}

async function makeLedger(
  path: string,
  clock = systemClock,
  options: SqliteLedgerOptions = {},
): Promise<SqliteUnderTest> {
  const db = await openSqlite(path, clock);
  return {
    db,
    ledger: new SqliteLedger(db, clock, options),
    now: () => Promise.resolve(clock()),
    hasOutbox: false,
    async messageText(item, messageId) {
      const [row] = await db.query<{ content: string }>(
        `SELECT content FROM queue_message
         WHERE kind = 'orders' AND shard = 0 AND item = ? AND epoch = ? AND message_id = ?`,
        [item.item, item.epoch, messageId],
      );
      return row?.content ?? null;
    },
    close: () => db.close(),
  };
}

function sized(room?: number): SqliteLedgerOptions {
  return room === undefined ? {} : { maxQueuedMessages: room };
}

ledgerContract(
  "SqliteLedger in memory",
  ({ room } = {}) => makeLedger(":memory:", systemClock, sized(room)),
);

ledgerContract("SqliteLedger in a file", async ({ room } = {}) => {
  const folder = await Deno.makeTempDir({ prefix: "dropgate-ledger-" });
  const test = await makeLedger(`${folder}/ledger.db`, systemClock, sized(room));
  return {
    ...test,
    async close() {
      await test.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

Deno.test("SqliteLedger reserve() sells from startsAt until before endsAt", async () => {
  let now = 1_000_000;
  const test = await makeLedger(":memory:", () => now);
  await open(test, { terms: { startsAt: 2_000_000, endsAt: 3_000_000 } });
  const at = async (time: number) => {
    now = time;
    return (await kinds(test, [wish(`user${time}`)]))[0];
  };
  assertEquals(await at(1_999_999), "not_started");
  assertEquals(await at(2_000_000), "reserved");
  assertEquals(await at(2_999_999), "reserved");
  assertEquals(await at(3_000_000), "ended");
  await test.close();
});

Deno.test("SqliteLedger reserve() answers late when its turn comes too late", async () => {
  let now = 1_000_000;
  const test = await makeLedger(":memory:", () => now);
  await open(test, { terms: { startsAt: 0, endsAt: now + HOUR_MS } });
  const turn = Promise.withResolvers<void>();
  const other = test.db.transaction(() => turn.promise);
  const outcome = test.ledger.reserve([{ ...LIFE, requests: [wish("ann")] }], 500);
  now += 500;
  turn.resolve();
  await other;
  assertEquals(await outcome, [{ kind: "late" }]);
  assertEquals(await stockOf(test), 10);
  await test.close();
});

Deno.test("SqliteLedger reserve() forgets passes that are long over, a few at a time", async () => {
  let now = 1_000_000;
  const test = await makeLedger(":memory:", () => now);
  await open(test, { remaining: -1 });
  const expiresAt = now + 120_000;
  const buyers = Array.from({ length: 7 }, (_, at) => `user${at}`);
  const wishes = buyers.map((user) =>
    wish(user, { pass: { passId: user.padEnd(22, "_"), expiresAt, isShared: false } })
  );
  await decide(test, wishes);
  const remembered = async () =>
    (await test.db.query<{ expires_at: number }>("SELECT expires_at FROM ledger_pass")).length;
  now = expiresAt + PASS_MEMORY_MS - 1;
  await decide(test, [wish("ann", { pass: await passOf(test, "a") })]);
  assertEquals(await remembered(), 8);
  now += 1;
  await decide(test, [wish("bob")]);
  assertEquals(await remembered(), 8);
  for (const [at, left] of [[0, 7], [1, 6], [2, 5], [3, 5]] as const) {
    const pass = await passOf(test, `b${at}`);
    await decide(test, [wish(`later${at}`, { pass })]);
    assertEquals(await remembered(), left);
  }
  await test.close();
});

Deno.test("SqliteLedger reserve() tells of queue rows only after it wrote some", async () => {
  let told = 0;
  const test = await makeLedger(":memory:", systemClock, { onQueued: () => told += 1 });
  await open(test, { remaining: 1 });
  await decide(test, [wish("ann", { lookupOnly: true })]);
  assertEquals(told, 0);
  await decide(test, [wish("ann"), wish("bob")]);
  assertEquals(told, 1);
  await decide(test, [wish("ann"), wish("bob")]);
  assertEquals(told, 1);
  await test.close();
});

Deno.test("SqliteLedger reserve() hands on where a batch comes from, beside its text", async () => {
  const test = await makeLedger(":memory:");
  await open(test);
  const trail = { requestId: "k3J9xQ2a-1f", requestIds: ["given-by-ann"] };
  await test.ledger.reserve([{ ...LIFE, requests: [wish("ann")], trail }], 1_000);
  await test.ledger.reserve([{ ...LIFE, requests: [wish("bob")] }], 1_000);
  const rows = await test.db.query<{ trail: string | null; content: string }>(
    "SELECT trail, content FROM queue_message ORDER BY id",
  );
  assertEquals(rows.map((row) => row.trail), [JSON.stringify(trail), null]);
  assert(!rows[0]!.content.includes("k3J9xQ2a"));
  await test.close();
});

Deno.test("SqliteLedger reserve() leaves nothing behind when its commit fails", async () => {
  const test = await makeLedger(":memory:");
  await open(test);
  // A queue row with the next message's id lets the last statement of the transaction fail.
  await test.db.execute(
    `INSERT INTO queue_message (shard, kind, message_id, item, epoch, content)
     VALUES (0, 'orders', ?, ?, 3, '')`,
    [formatMessageId(ITEM, 3_000_000_001), ITEM],
  );
  const failed = await decide(test, [wish("ann")]).then(() => false, () => true);
  assert(failed, "the failure must be heard");
  assertEquals(await stockOf(test), 10);
  assertEquals(await test.ledger.findReservations(LIFE, ["ann"]), [null]);
  await test.close();
});

ledgerTest(
  "SqliteLedger isUp() is false once the database is closed",
  () => makeLedger(":memory:"),
  async (test) => {
    assert(test.ledger.isUp());
    await test.close();
    assert(!test.ledger.isUp());
  },
);
