import { Buffer } from "node:buffer";
import type { ConsumeMessage } from "amqplib";
import { assertEquals } from "@std/assert";
import { recorder, until } from "./queue_contract.ts";
import { RabbitShard, type ShardChannel } from "./rabbit_shard.ts";

function message(messageId: string): ConsumeMessage {
  return {
    content: Buffer.from("x"),
    properties: { messageId, type: "orders" },
  } as unknown as ConsumeMessage;
}

function fakeChannel(): ShardChannel & { acked: string[] } {
  const acked: string[] = [];
  return { acked, ack: (message) => void acked.push(message.properties.messageId) };
}

Deno.test("RabbitShard acknowledges on the channel that a delivery came from, or not at all", async () => {
  const release = Promise.withResolvers<void>();
  const { seen, handler } = recorder();
  const shard = new RabbitShard(async (delivery) => {
    await handler(delivery);
    if (seen.length === 1) await release.promise;
  }, () => {});
  const [before, after] = [fakeChannel(), fakeChannel()];
  shard.attach(before);
  shard.take(before, message("a"));
  shard.take(before, message("b"));
  shard.attach(after);
  shard.take(before, message("b"));
  shard.take(after, message("a"));
  shard.take(after, message("b"));
  assertEquals(seen.length, 1);
  release.resolve();
  await until("both were acknowledged", () => after.acked.length === 2);
  assertEquals(before.acked, []);
  assertEquals(after.acked, ["a", "b"]);
  assertEquals(seen.length, 3);
});

Deno.test("RabbitShard finish() waits for the delivery in hand and its acknowledgement", async () => {
  const release = Promise.withResolvers<void>();
  const shard = new RabbitShard(() => release.promise, () => {});
  const channel = fakeChannel();
  shard.attach(channel);
  shard.take(channel, message("a"));
  shard.take(channel, message("b"));
  const finished = shard.finish();
  release.resolve();
  await finished;
  assertEquals(channel.acked, ["a"]);
});

Deno.test("RabbitShard tells of a handler that rejected and does not acknowledge", async () => {
  const failures: unknown[] = [];
  const shard = new RabbitShard(
    () => Promise.reject(new Error("poison")),
    (error) => failures.push(error),
  );
  const channel = fakeChannel();
  shard.attach(channel);
  shard.take(channel, message("a"));
  shard.take(channel, message("b"));
  await shard.finish();
  assertEquals(failures.map(String), ["Error: poison"]);
  assertEquals(channel.acked, []);
});
