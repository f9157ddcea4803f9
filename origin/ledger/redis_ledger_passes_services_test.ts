import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../shared/clock.ts";
import { serviceFor } from "../../shared/testing/services_env.ts";
import {
  BUDGET_MS,
  decide,
  ITEM,
  kinds,
  ledgerTest,
  LIFE,
  open,
  passOf,
  wish,
} from "./ledger_contract_setup.ts";
import { PASS_MEMORY_MS } from "./pass_times.ts";
import type { RedisClient } from "./redis_client.ts";
import { RedisLedger } from "./redis_ledger.ts";
import { claimedPassKey, spentPassKey, stageKey } from "./redis_ledger_keys.ts";
import { RedisPasses, sharedPasses } from "./redis_ledger_passes.ts";
import { ScriptRunner } from "./redis_ledger_scripts.ts";
import { keysIn, makeRedisLedger, type RedisUnderTest, until } from "./redis_ledger_setup.ts";
import type { Decision, ReserveOutcome, WishPass } from "./stock_ledger.ts";

/** Runs a test with what only the Redis ledger has. */
function redisTest(name: string, body: (test: RedisUnderTest) => Promise<void>): void {
  const makeLedger = () => makeRedisLedger(serviceFor("REDIS_URL"));
  ledgerTest(`RedisLedger ${name}`, makeLedger, (test) => body(test as RedisUnderTest));
}

/** The keys of passes, item's and sale's. */
async function passKeys({ redis, namespace }: RedisUnderTest): Promise<string[]> {
  return (await keysIn(redis, namespace)).filter((key) => key.includes(":pass:"));
}

function keysOfPass({ namespace }: RedisUnderTest, { passId }: WishPass) {
  return {
    spent: spentPassKey(namespace, ITEM, passId),
    claimed: claimedPassKey(namespace, 7, passId),
  };
}

/** Notes the keys and arguments of every script call of a round trip. */
function listening(client: RedisClient, trips: string[][][]): RedisClient {
  return {
    get status() {
      return client.status;
    },
    script: (subcommand, text) => client.script(subcommand, text),
    time: () => client.time(),
    info: (section) => client.info(section),
    pipeline() {
      const pipeline = client.pipeline();
      const calls: string[][] = [];
      return {
        evalsha(sha, keyCount, ...rest) {
          calls.push([String(keyCount), ...rest.map(String)]);
          return pipeline.evalsha(sha, keyCount, ...rest);
        },
        exec() {
          trips.push(calls);
          return pipeline.exec();
        },
      };
    },
  };
}

redisTest("remembers a spent pass for two slacks after its end", async (test) => {
  await open(test);
  const single = await passOf(test, "single");
  const shared = await passOf(test, "shared", { isShared: true });
  await decide(test, [wish("ann", { pass: single }), wish("bob", { pass: shared })]);
  const keys = [keysOfPass(test, single).spent, ...Object.values(keysOfPass(test, shared))];
  assertEquals(await passKeys(test), keys.toSorted());
  for (const key of keys) {
    const pass = key === keys[0] ? single : shared;
    assertEquals(await test.redis.pexpiretime(key), pass.expiresAt + PASS_MEMORY_MS);
  }
});

redisTest("remembers nothing of a pass that was not spent", async (test) => {
  await open(test, { remaining: 0 });
  const single = await passOf(test, "single");
  const shared = await passOf(test, "shared", { isShared: true });
  const long = await passOf(test, "long", { isShared: true, expiresAt: 9e15 });
  const wishes = [single, shared, long].map((pass, at) => wish(`user${at}`, { pass }));
  assertEquals(await kinds(test, wishes), ["sold_out", "sold_out", "sold_out"]);
  await until("the claim is given back", async () => (await passKeys(test)).length === 0);
});

redisTest("takes a pass whose keys were written over for a new one", async (test) => {
  await open(test);
  const pass = await passOf(test, "p", { isShared: true });
  const { spent, claimed } = keysOfPass(test, pass);
  for (const key of [spent, claimed]) await test.redis.hset(key, "a", "b");
  assertEquals(await kinds(test, [wish("ann", { pass })]), ["reserved"]);
  assertEquals(await kinds(test, [wish("bob", { pass })]), ["captcha_required"]);
  assertEquals(await test.redis.type(spent), "string");
  // A text that no script wrote says nothing good of a pass.
  const other = await passOf(test, "q", { isShared: true });
  for (const key of Object.values(keysOfPass(test, other))) await test.redis.set(key, "???");
  assertEquals(await kinds(test, [wish("bob", { pass: other })]), ["captcha_required"]);
  assertEquals(await kinds(test, [wish("bob", { pass: { ...other, isShared: false } })]), [
    "captcha_required",
  ]);
});

redisTest("sends passes only where there are some", async (test) => {
  await open(test);
  const trips: string[][][] = [];
  const hot = listening(test.redis, trips);
  const { namespace } = test;
  const ledger = new RedisLedger({ hot, admin: test.redis, namespace, clock: systemClock });
  /** Keys and arguments of each call, and the columns of the deduction, which is the last. */
  const sent = async (pass: WishPass | null, userId: string, lookupOnly = false) => {
    trips.length = 0;
    const requests = [wish(userId, { pass, lookupOnly })];
    const [outcome] = await ledger.reserve([{ ...LIFE, requests }], BUDGET_MS);
    assert(outcome?.kind === "decided");
    const calls = trips.slice(0, pass?.isShared ? 2 : 1).flat();
    const [keyCount = "", ...values] = calls.at(-1)!;
    const columns = JSON.parse(values[Number(keyCount) + 4]!).length;
    return [...calls.map(([keys, ...rest]) => [Number(keys), rest.length - Number(keys)]), columns];
  };
  try {
    assertEquals(await sent(null, "ann"), [[4, 5], 4]);
    assertEquals(await sent(await passOf(test, "p"), "bob", true), [[4, 5], 4]);
    assertEquals(await sent(await passOf(test, "p"), "bob"), [[5, 8], 5]);
    assertEquals(trips.length, 1);
    const shared = await passOf(test, "q", { isShared: true });
    assertEquals(await sent(shared, "cid"), [[1, 4], [5, 8], 5]);
  } finally {
    ledger.stop();
  }
});

redisTest("frees a claim only when every call that had it got nothing", async (test) => {
  const runner = new ScriptRunner(test.redis, { answered: () => {}, missed: () => {} });
  const passes = new RedisPasses(runner, test.namespace);
  const pass = await passOf(test, "p", { isShared: true });
  const claim = async (requestId: string) => {
    const batch = { ...LIFE, requests: [wish("ann", { pass, requestId })] };
    const claims = await passes.claim(sharedPasses([batch]), BUDGET_MS);
    return { claims, isMine: claims.claimed.length === 1 };
  };
  const outcome = (decision: Decision): ReserveOutcome[] => [
    { kind: "decided", decisions: [decision], remaining: 0, messages: [] },
  ];
  const soldOut = outcome({ kind: "sold_out" });
  const first = await claim("one");
  const second = await claim("one");
  assertEquals([first.isMine, second.isMine, (await claim("two")).isMine], [true, true, false]);
  passes.giveBack(first.claims, soldOut);
  // The second call may still win.
  assertEquals((await claim("two")).isMine, false);
  passes.giveBack(second.claims, soldOut);
  const third = await claim("two");
  assertEquals(third.isMine, true);
  const common = { seq: 1, quantity: 1, payBy: 1, pendingMessage: null };
  passes.giveBack(third.claims, outcome({ kind: "reserved", repeat: false, ...common }));
  assertEquals((await claim("three")).isMine, false);
  const fourth = await claim("two");
  passes.giveBack(fourth.claims, outcome({ kind: "reserved", repeat: true, ...common }));
  assertEquals((await claim("three")).isMine, false);
  // What was given back twice by mistake frees nothing of others.
  passes.giveBack(first.claims, soldOut);
  assertEquals((await claim("three")).isMine, false);
});

redisTest("removeItems() leaves nothing but passes that end by themselves", async (test) => {
  const { ledger, redis, namespace } = test;
  await open(test);
  const [own, shared] = [await passOf(test, "p"), await passOf(test, "q", { isShared: true })];
  await decide(test, [wish("ann", { pass: own }), wish("bob", { pass: shared })]);
  await redis.hset(stageKey(namespace, ITEM, 4), "cid", "1 1 1 7-11-1 1 key");
  await ledger.removeItems([{ item: ITEM, epoch: 5 }]);
  const left = await keysIn(redis, namespace);
  assertEquals(
    left,
    [
      spentPassKey(namespace, ITEM, own.passId),
      spentPassKey(namespace, ITEM, shared.passId),
      claimedPassKey(namespace, 7, shared.passId),
    ].filter((key) => left.includes(key)).toSorted(),
  );
  for (const key of left) assert(await redis.pttl(key) > 0, key);
});
