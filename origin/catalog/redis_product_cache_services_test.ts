import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { logOf } from "../../shared/log.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { closeRedisClients, createRedisClients, whenRedisReady } from "../ledger/redis_client.ts";
import { ProductDesk } from "./product_desk.ts";
import { RedisProductCache } from "./redis_product_cache.ts";

/** Runs a test with a cache of its own on the real server. */
async function withCache(
  test: (parts: { cache: RedisProductCache; redis: Redis; namespace: string }) => Promise<void>,
): Promise<void> {
  const clients = createRedisClients(serviceFor("REDIS_URL"), () => {});
  const namespace = uniqueName("cache");
  try {
    await whenRedisReady(clients, 5_000);
    await test({
      cache: new RedisProductCache(clients.admin, namespace),
      redis: clients.admin,
      namespace,
    });
  } finally {
    const keys = await clients.admin.keys(`${namespace}:*`);
    if (keys.length > 0) await clients.admin.del(keys);
    await closeRedisClients(clients);
  }
}

const CUP = {
  productId: 7,
  name: "Cup",
  subtitle: "",
  description: "",
  images: [],
  price: 100,
  currency: "EUR",
};

Deno.test("RedisProductCache gives the lease to one reader, the others the old value", () =>
  withCache(async ({ cache }) => {
    assertEquals(await cache.take(7, 1, "ann"), { kind: "rebuild", old: null });
    assertEquals(await cache.take(7, 1, "bob"), { kind: "wait" });
    assertEquals(await cache.put(7, 1, "ann", "one"), true);
    assertEquals(await cache.take(7, 1, "bob"), { kind: "fresh", value: "one" });
    assertEquals(await cache.take(7, 2, "bob"), { kind: "rebuild", old: "one" });
    assertEquals(await cache.take(7, 2, "ann"), { kind: "stale", value: "one" });
    await cache.giveUp(7, "bob");
    assertEquals(await cache.take(7, 2, "ann"), { kind: "rebuild", old: "one" });
  }));

Deno.test("RedisProductCache takes no value of a reader who lost the lease", () =>
  withCache(async ({ cache, redis, namespace }) => {
    await cache.take(7, 1, "slow");
    // What the server does when the time of the lease is over.
    await redis.del(`${namespace}:{product-7}:lease`);
    assertEquals((await cache.take(7, 2, "quick")).kind, "rebuild");
    assertEquals(await cache.put(7, 2, "quick", "two"), true);
    assertEquals(await cache.put(7, 1, "slow", "one"), false);
    assertEquals(await cache.take(7, 2, "x"), { kind: "fresh", value: "two" });
  }));

Deno.test("RedisProductCache leaves nothing that does not expire", () =>
  withCache(async ({ cache, redis, namespace }) => {
    await cache.take(7, 1, "ann");
    await cache.take(8, 1, "ann");
    await cache.put(8, 1, "ann", "one");
    for (const key of await redis.keys(`${namespace}:*`)) {
      assert(await redis.pttl(key) > 0, `${key} stays for ever`);
    }
  }));

Deno.test("10,000 concurrent reads of an expired product on 20 origins make one database query", () =>
  withCache(async ({ cache }) => {
    let queries = 0;
    let version = 1;
    const desks = Array.from({ length: 20 }, (_, origin) => {
      let ids = 0;
      return new ProductDesk({
        catalog: {
          async getProduct() {
            queries += 1;
            await new Promise((resolve) => setTimeout(resolve, 20));
            return { ...CUP, name: `Cup ${version}` };
          },
        },
        cache,
        version: () => version,
        delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        newId: () => `${origin}-${ids += 1}`,
        log: logOf("origin", "test"),
      });
    });
    const readAll = () =>
      Promise.all(Array.from({ length: 10_000 }, (_, at) => desks[at % desks.length]!.find(7)));
    const names = async () => new Set((await readAll()).map((view) => view?.name));

    assertEquals(await names(), new Set(["Cup 1"]));
    assertEquals(queries, 1);
    version = 2;
    // The one who rebuilds has the new form already, the others may still have the old one.
    const seen = await names();
    assert([...seen].every((name) => name === "Cup 1" || name === "Cup 2"), [...seen].join());
    assertEquals(queries, 2);
    assertEquals(await names(), new Set(["Cup 2"]));
    assertEquals(queries, 2);
    console.log(`20,000 reads after an expiry on 20 origins: ${queries - 1} database query`);
  }));
