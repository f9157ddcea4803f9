import { assertEquals } from "@std/assert";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { formatMessageId } from "../../shared/ticket.ts";
import {
  buy,
  holdersOf,
  ITEM,
  ledgerTest,
  LIFE,
  open,
  reserve,
  runningTerms,
  stockOf,
  wish,
} from "./ledger_contract_setup.ts";
import { keysOf } from "./redis_ledger_keys.ts";
import { contentsOf, makeRedisLedger, type RedisUnderTest } from "./redis_ledger_setup.ts";

/** The keys of an item that a stranger may have written over. */
const KEYS = ["meta", "holders", "outbox", "due", "sends", "changes"] as const;

/** The next life, which a recovery opens. */
const NEXT = { item: ITEM, epoch: 4 };

const makeLedger = () => makeRedisLedger(serviceFor("REDIS_URL"));

/** Runs a test with what only the Redis ledger has. */
function redisTest(name: string, body: (test: RedisUnderTest) => Promise<void>): void {
  ledgerTest(`RedisLedger ${name}`, makeLedger, (test) => body(test as RedisUnderTest));
}

type Key = (typeof KEYS)[number];

/** An operation that writes, the keys that it uses, and what it answers when one is damaged. */
interface Operation {
  name: string;
  uses: Key[];
  refusal: unknown;
  run(test: RedisUnderTest): Promise<unknown>;
}

const ANN = { ...LIFE, userId: "ann", seq: 3_000_000_001, restock: true };

const OPERATIONS: Operation[] = [
  {
    name: "reserve",
    uses: ["meta", "holders", "outbox", "due"],
    refusal: { kind: "closed" },
    run: (test) => reserve(test, [wish("bob")]),
  },
  {
    name: "release",
    uses: ["meta", "holders"],
    refusal: ["closed"],
    run: ({ ledger }) => ledger.release([ANN]),
  },
  {
    name: "adjust",
    uses: ["meta", "changes"],
    refusal: ["closed"],
    run: ({ ledger }) => ledger.adjust([{ ...LIFE, changeId: "c", delta: 5 }]),
  },
  {
    name: "claimUnsettled",
    uses: ["meta", "outbox", "due", "sends"],
    refusal: [],
    run: ({ ledger }) => ledger.claimUnsettled([LIFE], 0, 10),
  },
  {
    name: "settle",
    uses: ["meta", "outbox", "due", "sends"],
    refusal: undefined,
    run: ({ ledger }) =>
      ledger.settle([{ ...LIFE, messageId: formatMessageId(ITEM, 3_000_000_001) }]),
  },
  {
    name: "setTerms",
    uses: ["meta"],
    refusal: [false],
    run: async (test) => {
      const terms = await runningTerms(test, { version: 99 });
      return await test.ledger.setTerms([{ ...LIFE, terms }]);
    },
  },
];

for (const { name, uses, refusal, run } of OPERATIONS) {
  redisTest(`${name}() changes nothing when a key of it was written over`, async (test) => {
    const { redis, namespace } = test;
    for (const key of uses) {
      const keys = keysOf(namespace, ITEM);
      await redis.unlink(...Object.values(keys));
      await open(test);
      await buy(test, wish("ann"));
      await redis.set(keys[key], "written over");
      const before = await contentsOf(redis, namespace);
      assertEquals(await run(test), refusal, key);
      assertEquals(await contentsOf(redis, namespace), before, key);
    }
  });
}

for (const key of KEYS) {
  redisTest(`a recovery heals an item whose ${key} was written over`, async (test) => {
    const { ledger, redis, namespace } = test;
    await open(test);
    const { seq } = await buy(test, wish("ann"));
    await redis.set(keysOf(namespace, ITEM)[key], "written over");
    // What a worker looks at to see that a ledger is lost.
    assertEquals(await stockOf(test), null);
    await ledger.close([NEXT]);
    const salvaged = await ledger.salvage(NEXT);
    assertEquals(salvaged.length, key === "outbox" ? 0 : 1);
    const holder = {
      userId: "ann",
      seq,
      quantity: 1,
      requestId: "ann-1",
      messageId: formatMessageId(ITEM, seq),
      live: true,
      payBy: 1,
    };
    await open(test, { life: NEXT, remaining: 9, holders: [holder] });
    assertEquals(await stockOf(test, NEXT), 9);
    assertEquals([...(await holdersOf(test, NEXT)).keys()], ["ann"]);
    await buy(test, wish("bob"), NEXT);
    assertEquals(await stockOf(test, NEXT), 8);
  });
}

redisTest("readStock() misses a message that no relay would see", async (test) => {
  await open(test);
  await buy(test, wish("ann"));
  await test.redis.del(keysOf(test.namespace, ITEM).due);
  assertEquals(await stockOf(test), null);
});

redisTest("claimUnsettled() counts claims anew where the count is no number", async (test) => {
  const { ledger, redis, namespace } = test;
  await open(test);
  await buy(test, wish("ann"));
  const messageId = formatMessageId(ITEM, 3_000_000_001);
  await redis.hset(keysOf(namespace, ITEM).sends, messageId, "many");
  assertEquals((await ledger.claimUnsettled([LIFE], 0, 10))[0]?.attempts, 0);
});
