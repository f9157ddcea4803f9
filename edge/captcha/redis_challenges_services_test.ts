import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { closeRedis, connectRedis, whenRedisConnected } from "../../shared/redis_connection.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { randomId } from "./challenge.ts";
import { MemoryChallenges } from "./memory_challenges.ts";
import { RedisChallenges } from "./redis_challenges.ts";
import { challengeContract } from "./testing/challenge_contract.ts";

function connect() {
  const url = serviceFor("REDIS_URL");
  return connectRedis({ url, name: "test", commandTimeoutMs: 5_000, onError: () => {} });
}

async function open() {
  const client = connect();
  await whenRedisConnected(client, 5_000);
  const namespace = uniqueName("captcha");
  let passedMs = 0;
  const local = new MemoryChallenges({ randomId });
  const make = () => new RedisChallenges({ client, namespace, local, randomId });
  return {
    client,
    namespace,
    local,
    make,
    store: make(),
    nowMs: () => Date.now() + passedMs,
    pass(ms: number) {
      passedMs += ms;
      return Promise.resolve();
    },
    async [Symbol.asyncDispose]() {
      const keys = await client.keys(`${namespace}:*`);
      if (keys.length > 0) await client.del(...keys);
      await closeRedis(client);
    },
  };
}

challengeContract("RedisChallenges", open);

const CHALLENGE = { userId: "ann", saleId: 1, issuedAt: 0, x: 1, pieceWidth: 50 };

Deno.test("RedisChallenges are shared by edges, answered once over all of them", async () => {
  await using kit = await open();
  const edges = [kit.make(), kit.make(), kit.make()];
  const now = Date.now();
  const id = await edges[0]!.put({ ...CHALLENGE, expiresAt: now + 60_000 }, now);
  assertMatch(id, /^r/);
  const taken = await Promise.all(
    Array.from({ length: 1_000 }, (_, at) => edges[at % 3]!.take(id, now)),
  );
  assertEquals(taken.filter((one) => one !== null).length, 1);
});

Deno.test("RedisChallenges leaves no key behind for ever", async () => {
  await using kit = await open();
  const now = Date.now();
  await kit.store.put({ ...CHALLENGE, expiresAt: now + 60_000 }, now);
  const [key] = await kit.client.keys(`${kit.namespace}:*`);
  const restMs = await kit.client.pttl(key!);
  assertEquals(restMs > 0 && restMs <= 60_000, true, String(restMs));
});

Deno.test("RedisChallenges keeps new ones itself while Redis is away, and says so of others", async () => {
  await using kit = await open();
  const now = Date.now();
  const shared = await kit.store.put({ ...CHALLENGE, expiresAt: now + 60_000 }, now);
  const client = connect();
  client.disconnect();
  const { namespace, local } = kit;
  const alone = new RedisChallenges({ client, namespace, local, randomId });
  const own = await alone.put({ ...CHALLENGE, expiresAt: now + 60_000 }, now);
  assertMatch(own, /^m/);
  assertEquals((await alone.take(own, now))?.userId, "ann");
  assertEquals(await alone.take(own, now), null);
  await assertRejects(() => alone.take(shared, now));
  await closeRedis(client);
});
