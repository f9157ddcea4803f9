import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { queueOf, routingKeyOf, topologyOf, unbindOlderRoutes } from "./rabbit_topology.ts";

Deno.test("topologyOf() names the exchange and one queue per shard", () => {
  assertEquals(topologyOf("shop", 2, 10), {
    exchange: "shop.buys",
    queues: ["shop.orders.0", "shop.orders.1"],
    maxLength: 10,
  });
});

Deno.test("topologyOf() refuses what cannot be used", () => {
  assertThrows(() => topologyOf("a b", 2, 10), RangeError, "current value is a b");
  assertThrows(() => topologyOf("a", 0, 10), RangeError, "shards");
  assertThrows(() => topologyOf("a", 65, 10), RangeError, "shards");
  assertThrows(() => topologyOf("a", 1, 0), RangeError, "maxLength");
});

Deno.test("queueOf() never moves an item and spreads items over the shards", () => {
  const topology = topologyOf("shop", 4, 10);
  // Written down once: another hash would send items away from their waiting messages.
  assertEquals(
    (["1-1", "1-2", "2-1", "7-11", "123456-987654"] as const).map((item) =>
      queueOf(topology, item)
    ),
    ["shop.orders.1", "shop.orders.0", "shop.orders.1", "shop.orders.3", "shop.orders.1"],
  );
  const counts = new Map<string, number>();
  for (let product = 1; product <= 1_000; product += 1) {
    const queue = queueOf(topology, `3-${product}`);
    counts.set(queue, (counts.get(queue) ?? 0) + 1);
  }
  for (const queue of topology.queues) assertGreater(counts.get(queue) ?? 0, 150);
});

Deno.test("routingKeyOf() is the item and its epoch", () => {
  assertEquals(routingKeyOf({ item: "7-11", epoch: 3 }), "7-11.3");
});

Deno.test("unbindOlderRoutes() takes every older epoch, at most a thousand", async () => {
  const topology = topologyOf("shop", 1, 10);
  const unbound: string[] = [];
  const channel = {
    unbindQueue: (_queue: string, _exchange: string, key: string) => {
      unbound.push(key);
      return Promise.resolve({});
    },
  };
  await unbindOlderRoutes(channel, topology, { item: "7-11", epoch: 4 });
  assertEquals(unbound, ["7-11.3", "7-11.2", "7-11.1"]);
  unbound.length = 0;
  await unbindOlderRoutes(channel, topology, { item: "7-11", epoch: 1 });
  assertEquals(unbound, []);
  await unbindOlderRoutes(channel, topology, { item: "7-11", epoch: 5_000 });
  assertEquals([unbound.length, unbound[0], unbound.at(-1)], [1_000, "7-11.4999", "7-11.4000"]);
});
