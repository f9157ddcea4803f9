import { assert, assertEquals, assertRejects } from "@std/assert";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { formatMessageId } from "../../shared/ticket.ts";
import { ledgerContract } from "./ledger_contract.ts";
import {
  BUDGET_MS,
  buy,
  holdersOf,
  ITEM,
  ledgerTest,
  LIFE,
  open,
  reserve,
  runningTerms,
  stockOf,
  tryOpen,
  wish,
} from "./ledger_contract_setup.ts";
import { contentsOf, makeRedisLedger, type RedisUnderTest } from "./redis_ledger_setup.ts";
import type { Reservation } from "./stock_ledger.ts";

const makeLedger = ({ room }: { room?: number } = {}) =>
  makeRedisLedger(serviceFor("REDIS_URL"), { room });

ledgerContract("RedisLedger", makeLedger);

/** Runs a test with what only the Redis ledger has. */
function redisTest(name: string, body: (test: RedisUnderTest) => Promise<void>): void {
  ledgerTest(`RedisLedger ${name}`, makeLedger, (test) => body(test as RedisUnderTest));
}

/** Every operation must find the ledger closed and leave every key as it is. */
async function assertClosed(test: RedisUnderTest, seq: number): Promise<void> {
  const { ledger, redis, namespace } = test;
  const before = await contentsOf(redis, namespace);
  const messageId = formatMessageId(ITEM, seq);
  assertEquals(await reserve(test, [wish("ann"), wish("bob")]), { kind: "closed" });
  await ledger.settle([{ ...LIFE, messageId }]);
  assertEquals(await ledger.claimUnsettled([LIFE], 0, 10), []);
  const release = { ...LIFE, userId: "ann", seq, restock: true };
  assertEquals(await ledger.release([release]), ["closed"]);
  assertEquals(await ledger.adjust([{ ...LIFE, changeId: "c", delta: 5 }]), ["closed"]);
  const terms = await runningTerms(test, { version: 99 });
  assertEquals(await ledger.setTerms([{ ...LIFE, terms }]), [false]);
  assertEquals(await ledger.readStock([LIFE]), [null]);
  assertEquals(await ledger.findReservations(LIFE, ["ann"]), "closed");
  assertEquals(await ledger.listReservations(LIFE, "0", 10), "closed");
  assertEquals(await contentsOf(redis, namespace), before);
}

redisTest("is closed on a server with another identity", async (test) => {
  await open(test);
  const { seq } = await buy(test, wish("ann"));
  const meta = `${test.namespace}:{${ITEM}}:meta`;
  const replid = await test.redis.hget(meta, "replid");
  await test.redis.hset(meta, "replid", "0".repeat(40));
  await assertClosed(test, seq);
  assertEquals((await test.ledger.salvage({ item: ITEM, epoch: 4 })).length, 1);
  await test.redis.hset(meta, "replid", replid!);
  assertEquals(await stockOf(test), 9);
  await open(test, { life: { item: ITEM, epoch: 4 } });
});

redisTest("is closed when its data are gone", async (test) => {
  await open(test);
  const { seq } = await buy(test, wish("ann"));
  await test.redis.del(`${test.namespace}:{${ITEM}}:meta`);
  await assertClosed(test, seq);
  await test.ledger.close([{ item: ITEM, epoch: 4 }]);
  assertEquals(await test.redis.exists(`${test.namespace}:{${ITEM}}:meta`), 0);
  assertEquals((await test.ledger.salvage({ item: ITEM, epoch: 4 })).length, 1);
});

redisTest("is closed when the numbers of an epoch are used up", async (test) => {
  await open(test);
  const meta = `${test.namespace}:{${ITEM}}:meta`;
  await test.redis.hset(meta, "n", "999999998");
  assertEquals(await reserve(test, [wish("ann"), wish("bob")]), { kind: "closed" });
  assertEquals((await buy(test, wish("ann"))).seq, 3_999_999_999);
  assertEquals(await reserve(test, [wish("bob")]), { kind: "closed" });
  assertEquals((await buy(test, wish("ann"))).repeat, true);
  assertEquals(await stockOf(test), 9);
});

redisTest("claimUnsettled() hides a message for as long again", async (test) => {
  await open(test);
  await buy(test, wish("ann"));
  const { ledger, redis, namespace } = test;
  const messageId = formatMessageId(ITEM, 3_000_000_001);
  const age = () => redis.zincrby(`${namespace}:{${ITEM}}:due`, -60_000, messageId);
  assertEquals(await ledger.claimUnsettled([LIFE], 50_000, 10), []);
  await age();
  assertEquals((await ledger.claimUnsettled([LIFE], 50_000, 10))[0]?.attempts, 0);
  assertEquals(await ledger.claimUnsettled([LIFE], 50_000, 10), []);
  await age();
  assertEquals((await ledger.claimUnsettled([LIFE], 50_000, 10))[0]?.attempts, 1);
});

redisTest("open() is replaced when staged reservations went missing", async (test) => {
  const holder = (number: number): Reservation => ({
    userId: `user${number}`,
    seq: 2_000_000_000 + number,
    quantity: 1,
    requestId: "key",
    messageId: "7-11-2000000001",
    live: true,
    payBy: 1,
  });
  async function* losing() {
    yield [holder(1), holder(2)];
    await test.redis.del(`${test.namespace}:{${ITEM}}:stage:3`);
    yield [holder(3)];
  }
  const terms = await runningTerms(test);
  assertEquals(await test.ledger.open({ ...LIFE, remaining: 5, terms }, losing()), "replaced");
  assertEquals(await stockOf(test), null);
  const holders = [holder(1), holder(2), holder(3), holder(4)];
  assertEquals(await tryOpen(test, { holders }), "opened");
  assertEquals((await holdersOf(test)).size, 4);
  // The stage ends by itself when it is abandoned; the holders must not.
  assertEquals(await test.redis.ttl(`${test.namespace}:{${ITEM}}:holders`), -1);
  const blank = tryOpen(test, {
    life: { item: ITEM, epoch: 4 },
    holders: [{ ...holder(1), messageId: "a b" }],
  });
  await assertRejects(() => blank, TypeError, "visible characters");
});

redisTest("reserve() tells the script until when it may decide", async (test) => {
  await open(test);
  let skewMs = 0;
  const slow = await makeRedisLedger(serviceFor("REDIS_URL"), {
    clock: () => Date.now() + skewMs,
  });
  try {
    await open(slow);
    await buy(slow, wish("ann"));
    // Our clock falls back, as if the call had been under way for a minute.
    skewMs = -60_000;
    const batch = { ...LIFE, requests: [wish("bob")] };
    assertEquals(await slow.ledger.reserve([batch], BUDGET_MS), [{ kind: "late" }]);
    assertEquals(await stockOf(slow), 9);
    // The late answer has taught the new distance.
    await buy(slow, wish("bob"));
    skewMs = 3_600_000;
    await buy(slow, wish("cid"));
    assertEquals((await slow.ledger.reserve([batch], BUDGET_MS))[0]?.kind, "decided");
  } finally {
    await slow.close();
  }
});

redisTest("checkServer() accepts the server of the tests", async (test) => {
  await test.ledger.checkServer();
  assert(test.ledger.isUp());
});

redisTest("is closed when its stock is no number", async (test) => {
  await open(test);
  await test.redis.hset(`${test.namespace}:{${ITEM}}:meta`, "stock", "many");
  assertEquals(await reserve(test, [wish("ann")]), { kind: "closed" });
  assertEquals(await stockOf(test), null);
  assertEquals((await holdersOf(test)).size, 0);
});
