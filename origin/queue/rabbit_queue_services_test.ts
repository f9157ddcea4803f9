import { Buffer } from "node:buffer";
import { connect } from "amqplib";
import { assert, assertEquals } from "@std/assert";
import { serviceFor } from "../../shared/testing/services_env.ts";
import {
  consumeAll,
  idsOf,
  PATIENCE_MS,
  publishAll,
  queueContract,
  TEST_ITEM,
  testMessages,
  until,
} from "./queue_contract.ts";
import { directTest, makeRabbitQueue } from "./rabbit_fixture.ts";
import { queueOf } from "./rabbit_topology.ts";

queueContract("RabbitQueue", makeRabbitQueue);

directTest("publish() returns one of 100 at once, and only that one", {}, async ({ queue }) => {
  await queue.openRoute(TEST_ITEM);
  const messages = testMessages(100);
  messages[41]!.epoch = 2;
  const outcomes = await Promise.all(
    messages.map((message) => queue.publish([message], PATIENCE_MS)),
  );
  assertEquals(
    outcomes.flat(),
    messages.map((_, index) => index === 41 ? "returned" : "confirmed"),
  );
});

directTest("publish() tells two of one message id apart", {}, async ({ queue }) => {
  await queue.openRoute(TEST_ITEM);
  const [routed] = testMessages(1);
  const stray = { ...routed!, epoch: 2 };
  const outcomes = await Promise.all(
    [routed!, stray, stray, routed!].map((message) => queue.publish([message], PATIENCE_MS)),
  );
  assertEquals(outcomes.flat(), ["confirmed", "returned", "returned", "confirmed"]);
});

directTest("never drops a message for being handed out often", {}, async ({ queue }) => {
  await queue.openRoute(TEST_ITEM);
  await publishAll(queue, testMessages(2));
  for (let round = 0; round < 25; round += 1) {
    const stuck = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const consumer = await queue.consume(() => {
      begun.resolve();
      return stuck.promise;
    });
    await begun.promise;
    await consumer.stop(1);
    stuck.resolve();
  }
  assertEquals(idsOf(await consumeAll(queue, 2)), ["7-11-3-1", "7-11-3-2"]);
});

directTest(
  "publish() is unconfirmed when the queue is full",
  { maxLength: 3 },
  async ({ queue }) => {
    await queue.openRoute(TEST_ITEM);
    await until("it refuses", async () => {
      const [outcome] = await queue.publish(testMessages(1), PATIENCE_MS);
      return outcome === "unconfirmed";
    });
    assert(queue.isUp());
  },
);

directTest("hands on what is no message of ours", {}, async ({ queue }) => {
  const model = await connect(serviceFor("AMQP_URL"));
  const channel = await model.createConfirmChannel();
  const name = queueOf(queue.topology, TEST_ITEM.item);
  channel.sendToQueue(name, Buffer.from("{"), { type: "barrier", messageId: "b" });
  channel.sendToQueue(name, Buffer.from("??"), { type: "unheard-of" });
  await channel.waitForConfirms();
  await model.close();
  assertEquals(await consumeAll(queue, 2), [
    { kind: "orders", messageId: "b", content: "{" },
    { kind: "orders", messageId: "", content: "??" },
  ]);
});
