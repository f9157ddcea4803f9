import { assertEquals } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import type { Reminder } from "../queue/reminder_queue.ts";
import { ReminderSender } from "./send_reminders.ts";

const MESSAGE: OrderMessage = {
  v: 1,
  item: "1-2",
  epoch: 1,
  firstSeq: 1_000_000_001,
  reservedAt: 5_000,
  payBy: 905_000,
  orders: ["ann", "bob"].map((userId) => ({ userId, quantity: 1, requestId: "k" })),
};

Deno.test("ReminderSender sends the tickets of a message with its payment window", async () => {
  const sent: Reminder[] = [];
  const sender = new ReminderSender({
    remind: (reminder) => Promise.resolve(void sent.push(reminder)),
  }, logOf("test"));
  sender.send(MESSAGE);
  await sender.idle(1_000);
  assertEquals(sent, [
    { tickets: ["1-2-ann-1000000001", "1-2-bob-1000000002"], delayMs: 900_000 },
  ]);
});

Deno.test("ReminderSender has a bounded number on their way and survives failures", async () => {
  const waiting: PromiseWithResolvers<void>[] = [];
  const sender = new ReminderSender({
    remind: () => {
      waiting.push(Promise.withResolvers<void>());
      return waiting.at(-1)!.promise;
    },
  }, logOf("test"));
  for (let at = 0; at < 100; at += 1) sender.send(MESSAGE);
  assertEquals(waiting.length, 16);
  for (const { reject } of waiting) reject(new Error("away"));
  await sender.idle(1_000);
  sender.send(MESSAGE);
  assertEquals(waiting.length, 17);
  // One that hangs keeps nobody longer than that.
  await sender.idle(1);
  waiting.at(-1)!.resolve();
});
