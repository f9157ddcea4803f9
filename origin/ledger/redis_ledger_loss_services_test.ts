import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  BUDGET_MS,
  buy,
  holdersOf,
  ITEM,
  LIFE,
  open,
  reserve,
  stockOf,
  tryOpen,
  wish,
} from "./ledger_contract_setup.ts";
import { RedisLedgerError } from "./redis_ledger_scripts.ts";
import {
  contentsOf,
  makeRedisLedger,
  PrivateRedis,
  type RedisUnderTest,
  until,
} from "./redis_ledger_setup.ts";

/** Buyers have to hear of a Redis that is away within this time. */
const HEARD_WITHIN_MS = 300;

/** What a busy test machine may add to that. */
const SLACK_MS = 500;

function lossTest(
  name: string,
  body: (test: RedisUnderTest, server: PrivateRedis) => Promise<void>,
  options: string[] = [],
): void {
  Deno.test(`RedisLedger ${name}`, async () => {
    const server = await PrivateRedis.start(options);
    try {
      const test = await makeRedisLedger(server.url);
      try {
        await body(test, server);
      } finally {
        await test.close();
      }
    } finally {
      await server.remove();
    }
  });
}

lossTest(
  "is down at once when its server dies, and closed when it is back",
  async (test, server) => {
    await open(test);
    await buy(test, wish("ann"));
    assert(test.ledger.isUp());
    await server.kill();
    assertLess(await until("it is down", () => !test.ledger.isUp()), HEARD_WITHIN_MS + SLACK_MS);
    const begun = performance.now();
    await assertRejects(() => reserve(test, [wish("bob")]), RedisLedgerError);
    await assertRejects(() => test.ledger.readStock([LIFE]), RedisLedgerError);
    assertLess(performance.now() - begun, HEARD_WITHIN_MS);
    server.run();
    await until("it is up again", () => test.ledger.isUp());
    await until("the test is connected again", () => test.redis.status === "ready");
    // The data are all there, but nobody may believe them.
    assertEquals(await reserve(test, [wish("bob")]), { kind: "closed" });
    const next = { item: ITEM, epoch: 4 };
    await test.ledger.close([next]);
    assertEquals((await test.ledger.salvage(next)).length, 1);
    await open(test, { life: next, remaining: 9 });
    assertEquals((await buy(test, wish("bob"), next)).seq, 4_000_000_001);
  },
);

lossTest("is down while its server hangs, and decides nothing late", async (test, server) => {
  await open(test);
  await buy(test, wish("ann"));
  server.signal("SIGSTOP");
  const begun = performance.now();
  const batch = { ...LIFE, requests: [wish("bob")] };
  const heard = assertRejects(() => test.ledger.reserve([batch], 50), RedisLedgerError);
  assertLess(await until("it is down", () => !test.ledger.isUp()), HEARD_WITHIN_MS + SLACK_MS);
  await heard;
  assertLess(performance.now() - begun, 2000);
  server.signal("SIGCONT");
  await until("it is up again", () => test.ledger.isUp());
  // What was sent while it hung has been run by now, and was late.
  assertEquals((await buy(test, wish("cid"))).seq, 3_000_000_002);
  assertEquals([...(await holdersOf(test)).keys()].toSorted(), ["ann", "cid"]);
  assertEquals(await stockOf(test), 8);
});

lossTest("writes nothing when the server's memory is full", async (test) => {
  await open(test);
  await buy(test, wish("ann"));
  await test.redis.config("SET", "maxmemory", "1");
  const before = await contentsOf(test.redis, test.namespace);
  const change = { ...LIFE, changeId: "c", delta: 5 };
  const release = { ...LIFE, userId: "ann", seq: 3_000_000_001, restock: true };
  for (
    const refused of [
      () => reserve(test, [wish("bob"), wish("cid")]),
      () => test.ledger.adjust([change]),
      () => test.ledger.release([release]),
      () => test.ledger.claimUnsettled([LIFE], 0, 10),
      () => tryOpen(test, { life: { item: ITEM, epoch: 4 } }),
    ]
  ) {
    await assertRejects(refused, RedisLedgerError, "OOM");
    assertEquals(await contentsOf(test.redis, test.namespace), before);
  }
  assertEquals(
    (await test.ledger.reserve([{ ...LIFE, requests: [wish("ann")] }], BUDGET_MS))[0]
      ?.kind,
    "decided",
  );
  assertEquals((await test.ledger.claimUnsettled([LIFE], 600_000, 10)).length, 0);
  await test.ledger.settle([{ ...LIFE, messageId: "7-11-3000000001" }]);
  assertEquals((await buy(test, wish("ann"))).pendingMessage, null);
  await test.redis.config("SET", "maxmemory", "0");
  assertEquals(await stockOf(test), 9);
  assertEquals((await buy(test, wish("bob"))).seq, 3_000_000_002);
});

lossTest("is closed on a replica that was promoted", async (test, server) => {
  const replica = await PrivateRedis.start(["--replicaof", "127.0.0.1", `${server.port}`]);
  try {
    const copy = await makeRedisLedger(replica.url, { namespace: test.namespace });
    try {
      const info = () => copy.redis.info("replication");
      await until("the replica is attached", async () => (await info()).includes("link_status:up"));
      await open(test);
      await buy(test, wish("ann"));
      const meta = `${test.namespace}:{${ITEM}}:meta`;
      await until("the copy is whole", async () => await copy.redis.hget(meta, "stock") === "9");
      await assertRejects(() => reserve(copy, [wish("bob")]), RedisLedgerError, "READONLY");
      await copy.redis.replicaof("NO", "ONE");
      // Scripts, epoch and stock are there; only the server's identity tells that it is another.
      assertEquals(await copy.redis.hget(meta, "stock"), "9");
      // READONLY made the client connect anew, so the first tries may fail.
      const tryReserve = () => reserve(copy, [wish("bob")]).catch(() => null);
      await until("it is asked", async () => (await tryReserve())?.kind === "closed");
      assertEquals(await stockOf(copy), null);
    } finally {
      await copy.close();
    }
  } finally {
    await replica.remove();
  }
}, ["--repl-diskless-sync-delay", "0"]);

lossTest("checkServer() refuses a server that drops keys", async (test) => {
  await assertRejects(
    () => test.ledger.checkServer(),
    RedisLedgerError,
    "its maxmemory-policy must be noeviction: current value is allkeys-lru",
  );
}, ["--maxmemory-policy", "allkeys-lru"]);

lossTest("reserve() loads scripts that the server does not know", async (test) => {
  await open(test);
  await test.redis.script("FLUSH");
  assertEquals(
    (await test.ledger.reserve([
      { ...LIFE, requests: [wish("ann")] },
      { ...LIFE, requests: [wish("ann"), wish("bob")] },
    ], BUDGET_MS)).map((outcome) => outcome.kind === "decided" && outcome.remaining),
    [9, 8],
  );
  await test.redis.script("FLUSH");
  assertEquals(await stockOf(test), 8);
});
