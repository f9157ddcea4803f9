import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { type OutboundFrame, type PublishChannel, RabbitPublisher } from "./rabbit_publisher.ts";

interface Sent {
  messageId: string;
  correlationId: string;
  answer(error: Error | null): void;
}

/** A confirm channel whose broker is the test. */
class FakeChannel extends EventEmitter {
  readonly sent: Sent[] = [];
  hasRoom = true;
  closed = false;

  publish(
    _exchange: string,
    _key: string,
    _content: Buffer,
    options: { messageId: string; correlationId: string },
    answer: (error: Error | null) => void,
  ): boolean {
    if (this.closed) throw new Error("closed");
    this.sent.push({ ...options, answer });
    return this.hasRoom;
  }

  giveBack(sent: Sent): void {
    this.emit("return", { properties: sent });
  }
}

function frame(messageId: string): OutboundFrame {
  const content = Buffer.from("x");
  return { exchange: "e", routingKey: "r", type: "orders", messageId, content };
}

function setUp(overdueMs = 100, stuckMs = 1_000_000) {
  const time = { nowMs: 0, stuck: 0 };
  const publisher = new RabbitPublisher({
    clock: () => time.nowMs,
    overdueMs,
    stuckMs,
    onStuck: () => time.stuck += 1,
  });
  const channel = new FakeChannel();
  publisher.attach(channel as unknown as PublishChannel);
  return { time, publisher, channel };
}

Deno.test("publish() is unconfirmed at once without a channel", async () => {
  const { publisher } = setUp();
  publisher.detach();
  assertFalse(publisher.isFlowing());
  assertEquals(await publisher.publish([frame("a"), frame("b")], 60_000), [
    "unconfirmed",
    "unconfirmed",
  ]);
});

Deno.test("publish() gives each sending of one message id its own outcome", async () => {
  const { publisher, channel } = setUp();
  const first = publisher.publish([frame("a")], 60_000);
  const second = publisher.publish([frame("a")], 60_000);
  const third = publisher.publish([frame("a")], 60_000);
  channel.giveBack(channel.sent[1]!);
  for (const sent of [channel.sent[2]!, channel.sent[1]!]) sent.answer(null);
  channel.sent[0]!.answer(new Error("nacked"));
  assertEquals(await first, ["unconfirmed"]);
  assertEquals(await second, ["returned"]);
  assertEquals(await third, ["confirmed"]);
  publisher.detach();
});

Deno.test("publish() waits for drain after back-pressure and sends nothing twice", async () => {
  const { publisher, channel } = setUp();
  channel.hasRoom = false;
  const outcomes = publisher.publish([frame("a"), frame("b"), frame("c")], 60_000);
  assertEquals(channel.sent.map((sent) => sent.messageId), ["a"]);
  channel.sent[0]!.answer(null);
  await Promise.resolve();
  assertEquals(channel.sent.length, 1);
  channel.hasRoom = true;
  channel.emit("drain");
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  assertEquals(channel.sent.map((sent) => sent.messageId), ["a", "b", "c"]);
  for (const sent of channel.sent.slice(1)) sent.answer(null);
  assertEquals(await outcomes, ["confirmed", "confirmed", "confirmed"]);
  publisher.detach();
});

Deno.test("publish() gives up waiting for drain when its time is over", async () => {
  const { publisher, channel } = setUp();
  channel.hasRoom = false;
  const outcomes = await publisher.publish([frame("a"), frame("b")], 5);
  assertEquals(outcomes, ["unconfirmed", "unconfirmed"]);
  channel.emit("drain");
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  assertEquals(channel.sent.map((sent) => sent.messageId), ["a"]);
  publisher.detach();
});

Deno.test("publish() keeps at most 1,024 messages on their way", async () => {
  const { publisher, channel } = setUp();
  const frames = Array.from({ length: 1_030 }, (_, index) => frame(String(index)));
  const outcomes = publisher.publish(frames, 60_000);
  assertEquals(channel.sent.length, 1_024);
  for (let answered = 0; answered < frames.length; answered += 1) {
    channel.sent[answered]!.answer(null);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }
  assertEquals(new Set(await outcomes), new Set(["confirmed" as const]));
  publisher.detach();
});

Deno.test("publish() leaves what was on a lost channel unconfirmed, and goes on with the next", async () => {
  const { publisher, channel } = setUp();
  const lost = publisher.publish([frame("a")], 60_000);
  const next = new FakeChannel();
  publisher.attach(next as unknown as PublishChannel);
  assertEquals(await lost, ["unconfirmed"]);
  channel.sent[0]!.answer(null);
  const sent = publisher.publish([frame("b")], 60_000);
  next.sent[0]!.answer(null);
  assertEquals(await sent, ["confirmed"]);
  publisher.detach();
});

Deno.test("publish() is unconfirmed when the channel will not take it", async () => {
  const { publisher, channel } = setUp();
  channel.closed = true;
  assertEquals(await publisher.publish([frame("a"), frame("b")], 60_000), [
    "unconfirmed",
    "unconfirmed",
  ]);
  publisher.detach();
});

Deno.test("isFlowing() is false while the oldest confirm is overdue", async () => {
  const { publisher, channel, time } = setUp(100);
  const old = publisher.publish([frame("a")], 60_000);
  time.nowMs = 99;
  assert(publisher.isFlowing());
  time.nowMs = 100;
  assertFalse(publisher.isFlowing());
  channel.sent[0]!.answer(null);
  await old;
  assert(publisher.isFlowing());
  publisher.detach();
});

Deno.test("a late confirm is a lost connection, unless the broker asks its publishers to wait", async () => {
  const { publisher, channel, time } = setUp(100, 5);
  const looks = async (holds: () => boolean) => {
    const deadline = performance.now() + 5_000;
    while (!holds() && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert(holds());
  };
  const late = publisher.publish([frame("a")], 60_000);
  publisher.hold();
  assertFalse(publisher.isFlowing());
  time.nowMs = 1_000;
  const since = performance.now();
  await looks(() => performance.now() - since > 30);
  publisher.release();
  const released = performance.now();
  await looks(() => performance.now() - released > 30);
  assertEquals(time.stuck, 0, "what has waited gets its time from here on");
  time.nowMs = 1_005;
  await looks(() => time.stuck === 1);
  channel.sent[0]!.answer(null);
  assertEquals(await late, ["confirmed"]);
  publisher.detach();
});
