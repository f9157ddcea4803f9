import {
  assert,
  assertEquals,
  assertFalse,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
} from "@std/assert";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import type { Delivery } from "./order_queue.ts";
import {
  idsOf,
  PATIENCE_MS,
  publishAll,
  recorder,
  TEST_ITEM,
  testMessages,
  until,
} from "./queue_contract.ts";
import { CLOSE_MS, proxiedTest, removeTopology } from "./rabbit_fixture.ts";
import { BrokerAwayError } from "./rabbit_link.ts";
import { connectRabbitQueue, RabbitQueue } from "./rabbit_queue.ts";
import { TcpProxy } from "../../shared/testing/tcp_proxy.ts";

proxiedTest(
  "publish() is unconfirmed while the link is silent, in time",
  { overdueMs: 400 },
  async ({ queue, proxy }) => {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(1));
    proxy.silence();
    const startedAt = performance.now();
    assertEquals(await queue.publish(testMessages(2), 300), ["unconfirmed", "unconfirmed"]);
    assertLess(performance.now() - startedAt, 1_000);
    await until("it knows that the broker is in trouble", () => !queue.isUp());
    proxy.restore();
    await until("it is up again", () => queue.isUp());
    await publishAll(queue, testMessages(1, TEST_ITEM, 3));
  },
);

proxiedTest(
  "makes a connection anew whose confirms do not come",
  { overdueMs: 100, stuckMs: 300 },
  async ({ queue, proxy }) => {
    await queue.openRoute(TEST_ITEM);
    proxy.silence();
    assertEquals(await queue.publish(testMessages(1), 100), ["unconfirmed"]);
    await until(
      "it gave the connection up",
      async () =>
        await queue.openRoute(TEST_ITEM)
          .then(() => false, (error) => error instanceof BrokerAwayError),
    );
    assertFalse(queue.isUp());
    proxy.restore();
    await until("it is up again", () => queue.isUp());
  },
);

proxiedTest(
  "recovers publishing and consuming after the link was cut",
  {},
  async ({ queue, proxy }) => {
    await queue.openRoute(TEST_ITEM);
    const { seen, handler } = recorder();
    const consumer = await queue.consume(handler);
    await publishAll(queue, testMessages(10));
    await until("ten came", () => seen.length === 10);
    proxy.cut();
    await until("it knows", () => !queue.isUp());
    const startedAt = performance.now();
    assertEquals(await queue.publish(testMessages(1, TEST_ITEM, 11), 300), ["unconfirmed"]);
    assertLess(performance.now() - startedAt, 1_000);
    await assertRejects(() => queue.openRoute(TEST_ITEM), BrokerAwayError);
    await assertRejects(() => queue.sendBarrier(TEST_ITEM), BrokerAwayError);
    proxy.restore();
    await until("it is up again", () => queue.isUp());
    await publishAll(queue, testMessages(10, TEST_ITEM, 12));
    await until("the others came", () => idsOf(seen).includes("7-11-3-21"));
    await consumer.stop(PATIENCE_MS);
    const later = idsOf(seen).filter((id) => Number(id.split("-")[3]) > 11);
    assertEquals(later, testMessages(10, TEST_ITEM, 12).map((message) => message.messageId));
  },
);

proxiedTest(
  "handles one delivery at a time also when its connection is lost",
  {},
  async ({ queue, proxy }) => {
    await queue.openRoute(TEST_ITEM);
    const release = Promise.withResolvers<void>();
    let inHand = 0;
    let most = 0;
    const seen: Delivery[] = [];
    const consumer = await queue.consume(async (delivery) => {
      inHand += 1;
      most = Math.max(most, inHand);
      seen.push(delivery);
      if (seen.length === 2) await release.promise;
      inHand -= 1;
    });
    await publishAll(queue, testMessages(5));
    await until("the second is in hand", () => seen.length === 2);
    proxy.cut();
    await until("it knows", () => !queue.isUp());
    proxy.restore();
    await until(
      "the broker has its consumers back",
      async () =>
        queue.isUp() && (await queue.depth()).consumers === 2 && (await queue.depth()).ready === 0,
    );
    assertEquals(seen.length, 2);
    release.resolve();
    await until("the last came", () => idsOf(seen).includes("7-11-3-5"));
    await consumer.stop(PATIENCE_MS);
    assertEquals(most, 1);
    const ids = idsOf(seen);
    assertEquals(ids.slice(ids.indexOf("7-11-3-3")), ["7-11-3-3", "7-11-3-4", "7-11-3-5"]);
    assertEquals(ids.filter((id) => id === "7-11-3-2").length, 2);
  },
);

proxiedTest(
  "hands a shard to one consumer, and to the next when that one dies",
  {},
  async ({ queue, proxy, settings }) => {
    const direct = new URL(serviceFor("AMQP_URL"));
    const other = await connectRabbitQueue({ ...settings, url: direct }, PATIENCE_MS);
    await other.openRoute(TEST_ITEM);
    const first = recorder();
    const second = recorder();
    const stuck = Promise.withResolvers<void>();
    await queue.consume(async (delivery) => {
      await first.handler(delivery);
      if (first.seen.length === 5) await stuck.promise;
    });
    const survivor = await other.consume(second.handler);
    await publishAll(other, testMessages(20));
    await until("the first is stuck", () => first.seen.length === 5);
    assertEquals(second.seen.length, 0);
    proxy.cut();
    await until("the second took over", () => idsOf(second.seen).includes("7-11-3-20"));
    // The cut may have swallowed the first one's last acknowledgements, but skips and swaps nothing.
    const ids = idsOf(second.seen);
    assertEquals(ids, testMessages(20).map((message) => message.messageId).slice(-ids.length));
    assertGreaterOrEqual(ids.length, 16);
    stuck.resolve();
    await survivor.stop(PATIENCE_MS);
    proxy.restore();
    await other.close(CLOSE_MS);
  },
);

Deno.test("RabbitQueue connects when the broker comes, and says why until then", async () => {
  const url = new URL(serviceFor("AMQP_URL"));
  const proxy = new TcpProxy({ hostname: url.hostname, port: Number(url.port) || 5672 });
  proxy.cut();
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const queue = new RabbitQueue({ url, namespace: uniqueName("queue_test"), shards: 1 });
  const error = await assertRejects(() => queue.whenReady(50), BrokerAwayError);
  assertFalse(error.message.includes(url.password));
  assertFalse(queue.isUp());
  assertEquals(await queue.publish(testMessages(1), PATIENCE_MS), ["unconfirmed"]);
  proxy.restore();
  await queue.whenReady(PATIENCE_MS);
  assert(queue.isUp());
  await queue.close(CLOSE_MS);
  await removeTopology(queue.topology);
  await proxy.close();
});

Deno.test("RabbitQueue close() ends also while the broker is away", async () => {
  const url = new URL("amqp://guest:guest@127.0.0.1:1/");
  const namespace = uniqueName("queue_test");
  const queue = new RabbitQueue({ url, namespace, connectTimeoutMs: 50 });
  const consumer = await queue.consume(recorder().handler);
  await consumer.stop(PATIENCE_MS);
  await queue.close(CLOSE_MS);
});
