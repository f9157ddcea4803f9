import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { olderEpochs, queueOf, routingKeyOf, topologyOf, unbindRoutes } from "./rabbit_topology.ts";

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

Deno.test("olderEpochs() goes back to where nothing is left, and at least a thousand", () => {
  const spans = (epoch: number, since: number) =>
    [...olderEpochs(epoch, since)].map((group) => [group.length, group[0], group.at(-1)]);
  assertEquals(spans(4, 1), [[3, 3, 1]]);
  assertEquals(spans(4, 3), [[3, 3, 1]]);
  assertEquals(spans(1, 1), []);
  assertEquals(spans(1, 0), []);
  assertEquals(spans(5_000, 4_998), [[500, 4_999, 4_500], [500, 4_499, 4_000]]);
  assertEquals(spans(2_200, 1_000), [[500, 2_199, 1_700], [500, 1_699, 1_200], [
    200,
    1_199,
    1_000,
  ]]);
});

Deno.test("unbindRoutes() takes the routes of the epochs", async () => {
  const topology = topologyOf("shop", 1, 10);
  const unbound: string[] = [];
  const channel = {
    unbindQueue: (queue: string, exchange: string, key: string) => {
      unbound.push(`${queue} ${exchange} ${key}`);
      return Promise.resolve({});
    },
  };
  await unbindRoutes(channel, topology, "7-11", [3, 2]);
  assertEquals(unbound, ["shop.orders.0 shop.buys 7-11.3", "shop.orders.0 shop.buys 7-11.2"]);
});
