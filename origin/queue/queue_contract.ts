import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import type { ItemEpoch } from "../../shared/item.ts";
import type {
  Consumer,
  Delivery,
  DeliveryHandler,
  OrderQueue,
  OutboundMessage,
} from "./order_queue.ts";

/** A queue of its own for one test, with nothing in it. */
export interface QueueFixture {
  queue: OrderQueue;
  /** Frees the queue and removes whatever it left behind. */
  close(): Promise<void>;
}

/** The item that the tests of a queue use, in its third life. */
export const TEST_ITEM: ItemEpoch = { item: "7-11", epoch: 3 };

/** For what a real broker confirms or hands out. */
export const PATIENCE_MS = 10_000;

/** Messages `1`…`count` for an item. */
export function testMessages(count: number, item = TEST_ITEM, first = 1): OutboundMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    ...item,
    messageId: `${item.item}-${item.epoch}-${first + index}`,
    content: `content ${first + index} – 限量`,
  }));
}

/** Waits until a condition holds. @throws after `PATIENCE_MS`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A handler that remembers what it was handed. */
export function recorder(): { seen: Delivery[]; handler: DeliveryHandler } {
  const seen: Delivery[] = [];
  return {
    seen,
    handler: (delivery) => {
      seen.push(delivery);
      return Promise.resolve();
    },
  };
}

/** The message ids of deliveries, and `barrier item.epoch`. */
export function idsOf(deliveries: Delivery[]): string[] {
  return deliveries.map((delivery) =>
    delivery.kind === "orders" ? delivery.messageId : `barrier ${delivery.item}.${delivery.epoch}`
  );
}

/** Publishes and expects every message to be confirmed. */
export async function publishAll(queue: OrderQueue, messages: OutboundMessage[]): Promise<void> {
  const outcomes = await queue.publish(messages, PATIENCE_MS);
  assertEquals(outcomes, messages.map(() => "confirmed" as const));
}

/** Every `OrderQueue` keeps these promises, whatever it is built on. */
export function queueContract(name: string, makeQueue: () => Promise<QueueFixture>): void {
  const test = (title: string, run: (queue: OrderQueue) => Promise<void>) =>
    Deno.test(`${name} ${title}`, async () => {
      const { queue, close } = await makeQueue();
      try {
        await run(queue);
      } finally {
        await close();
      }
    });
  publishingContract(test);
  orderContract(test);
  consumerContract(test);
}

type ContractTest = (title: string, run: (queue: OrderQueue) => Promise<void>) => void;

function publishingContract(test: ContractTest): void {
  test("publish() is returned without a route", async (queue) => {
    assert(queue.isUp());
    assertEquals(await queue.publish(testMessages(2), PATIENCE_MS), ["returned", "returned"]);
    assertEquals((await queue.depth()).ready, 0);
  });

  test("publish() is confirmed once the route is open, for that epoch only", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    await queue.openRoute(TEST_ITEM);
    const [mine] = testMessages(1);
    const [older] = testMessages(1, { ...TEST_ITEM, epoch: 2 });
    const [other] = testMessages(1, { ...TEST_ITEM, item: "7-12" });
    assertEquals(
      await queue.publish([older!, mine!, other!], PATIENCE_MS),
      ["returned", "confirmed", "returned"],
    );
    await until("one message waits", async () => (await queue.depth()).ready === 1);
  });

  test("publish() of nothing answers nothing", async (queue) => {
    assertEquals(await queue.publish([], PATIENCE_MS), []);
  });

  test("closeOlderRoutes() stops the older epochs and not this one", async (queue) => {
    for (const epoch of [1, 2, 3]) await queue.openRoute({ ...TEST_ITEM, epoch });
    await queue.closeOlderRoutes(TEST_ITEM);
    await queue.closeOlderRoutes(TEST_ITEM);
    const messages = [1, 2, 3].flatMap((epoch) => testMessages(1, { ...TEST_ITEM, epoch }));
    assertEquals(
      await queue.publish(messages, PATIENCE_MS),
      ["returned", "returned", "confirmed"],
    );
  });

  test("closeOlderRoutes() finds a route that thousands of openings have left", async (queue) => {
    const old = { ...TEST_ITEM, epoch: 2 };
    await queue.openRoute(old);
    await publishAll(queue, testMessages(1, old));
    await queue.closeOlderRoutes({ ...TEST_ITEM, epoch: 2_500 });
    assertEquals(await queue.publish(testMessages(1, old), PATIENCE_MS), ["returned"]);
    await queue.openRoute(old);
    await queue.closeOlderRoutes({ ...TEST_ITEM, epoch: 1_500 }, 2);
    assertEquals(await queue.publish(testMessages(1, old), PATIENCE_MS), ["returned"]);
  });

  test("publish() can be repeated with the same message id", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    const twice = [...testMessages(1), ...testMessages(1)];
    const both = await Promise.all([
      queue.publish(twice, PATIENCE_MS),
      queue.publish(twice, PATIENCE_MS),
    ]);
    assertEquals(both.flat(), ["confirmed", "confirmed", "confirmed", "confirmed"]);
    await publishAll(queue, testMessages(1, TEST_ITEM, 2));
    const { seen, handler } = recorder();
    const consumer = await queue.consume(handler);
    await until("the last one came", () => idsOf(seen).includes("7-11-3-2"));
    await consumer.stop(PATIENCE_MS);
    assertEquals([...new Set(idsOf(seen))], ["7-11-3-1", "7-11-3-2"]);
  });

  test("depth() counts what waits and who consumes", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    assertEquals(await queue.depth(), { ready: 0, consumers: 0 });
    await publishAll(queue, testMessages(3));
    await until("three messages wait", async () => (await queue.depth()).ready === 3);
    const consumer = await queue.consume(recorder().handler);
    await until("all are handled", async () => (await queue.depth()).ready === 0);
    assertGreaterOrEqual((await queue.depth()).consumers, 1);
    await consumer.stop(PATIENCE_MS);
    await until("nobody consumes", async () => (await queue.depth()).consumers === 0);
    assertEquals(await queue.depth(), { ready: 0, consumers: 0 });
  });
}

function orderContract(test: ContractTest): void {
  test("consume() hands out 2,000 messages in order, unchanged", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    const messages = testMessages(2_000);
    const { seen, handler } = recorder();
    const consumer = await queue.consume(handler);
    await publishAll(queue, messages);
    await until("all came", () => seen.length >= messages.length);
    await consumer.stop(PATIENCE_MS);
    assertEquals(
      seen,
      messages.map(({ messageId, content }) => ({ kind: "orders", messageId, content })),
    );
  });

  test("consume() handles one delivery at a time", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(20));
    let inHand = 0;
    let most = 0;
    let handled = 0;
    const consumer = await queue.consume(async () => {
      inHand += 1;
      most = Math.max(most, inHand);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inHand -= 1;
      handled += 1;
    });
    await until("all are handled", () => handled === 20);
    await consumer.stop(PATIENCE_MS);
    assertEquals(most, 1);
  });

  test("publish() hands on where messages come from, beside their content", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const trail = { requestId: "k3J9xQ2a-1f", requestIds: ["from-the-shop"], traceparent };
    const [first, second] = testMessages(2);
    await publishAll(queue, [{ ...first!, trail }, second!]);
    const [marked, plain] = await consumeAll(queue, 2);
    assertEquals(marked, { kind: "orders", ...pick(first!), trail });
    assertEquals(plain, { kind: "orders", ...pick(second!) });
  });

  test("sendBarrier() comes after everything confirmed before it", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(50));
    await queue.sendBarrier(TEST_ITEM);
    await publishAll(queue, testMessages(1, TEST_ITEM, 51));
    await queue.sendBarrier(TEST_ITEM);
    const { seen, handler } = recorder();
    const consumer = await queue.consume(handler);
    await until("both barriers came", () => seen.length >= 53);
    await consumer.stop(PATIENCE_MS);
    assertEquals(idsOf(seen), [
      ...testMessages(50).map((message) => message.messageId),
      "barrier 7-11.3",
      "7-11-3-51",
      "barrier 7-11.3",
    ]);
  });
}

function consumerContract(test: ContractTest): void {
  test("stop() waits for the delivery in hand and begins no other", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(3));
    const { seen, handler } = recorder();
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const consumer = await queue.consume(async (delivery) => {
      begun.resolve();
      await release.promise;
      await handler(delivery);
    });
    await begun.promise;
    const stopped = consumer.stop(PATIENCE_MS);
    release.resolve();
    await stopped;
    assertEquals(idsOf(seen), ["7-11-3-1"]);
    const next = await consumeAll(queue, 2);
    assertEquals(idsOf(next), ["7-11-3-2", "7-11-3-3"]);
  });

  test("stop() leaves a delivery that is not done in time to the next consumer", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(100));
    const release = Promise.withResolvers<void>();
    const begun: Delivery[] = [];
    const consumer = await queue.consume((delivery) => {
      begun.push(delivery);
      return begun.length === 3 ? release.promise : Promise.resolve();
    });
    await until("the third is in hand", () => begun.length === 3);
    await consumer.stop(20);
    const again = await consumeAll(queue, 98);
    release.resolve();
    assertEquals(idsOf(again), idsOf(begun).slice(2).concat(idsOf(again).slice(1)));
    assertEquals(idsOf(again), testMessages(98, TEST_ITEM, 3).map(({ messageId }) => messageId));
    assertEquals(begun.length, 3);
    await until("nothing waits", async () => (await queue.depth()).ready === 0);
  });

  test("failed rejects with what the handler rejected with, which is handed out again", async (queue) => {
    await queue.openRoute(TEST_ITEM);
    await publishAll(queue, testMessages(3));
    let handled = 0;
    const consumer: Consumer = await queue.consume(() => {
      handled += 1;
      return handled === 2 ? Promise.reject(new RangeError("poison")) : Promise.resolve();
    });
    await assertRejects(() => consumer.failed, RangeError, "poison");
    await consumer.stop(PATIENCE_MS);
    assertEquals(handled, 2);
    assertEquals(idsOf(await consumeAll(queue, 2)), ["7-11-3-2", "7-11-3-3"]);
  });
}

/** Consumes until `count` deliveries were handled, then stops. */
export async function consumeAll(queue: OrderQueue, count: number): Promise<Delivery[]> {
  const { seen, handler } = recorder();
  const consumer = await queue.consume(handler);
  await until(`${count} deliveries came`, () => seen.length >= count);
  await consumer.stop(PATIENCE_MS);
  return seen;
}

function pick({ messageId, content }: OutboundMessage) {
  return { messageId, content };
}
