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

/** Timers that a test lets run. */
function handTimers() {
  const timers = { waiting: [] as (() => void)[], calledOff: 0 };
  const after = (_ms: number, run: () => void) => {
    timers.waiting.push(run);
    return () => void (timers.calledOff += 1);
  };
  return { timers, after };
}

Deno.test("ReminderSender gathers the tickets of messages with the same payment window", async () => {
  const sent: Reminder[] = [];
  const { timers, after } = handTimers();
  const sender = new ReminderSender(
    { remind: (reminder) => Promise.resolve(void sent.push(reminder)) },
    logOf("test"),
    { after },
  );
  sender.send(MESSAGE);
  sender.send({ ...MESSAGE, firstSeq: 1_000_000_003 });
  sender.send({ ...MESSAGE, firstSeq: 1_000_000_005, payBy: 6_000 });
  assertEquals([sent.length, timers.waiting.length], [0, 1]);
  timers.waiting[0]!();
  assertEquals(sent.map(({ tickets, delayMs }) => [tickets.length, delayMs]), [
    [4, 900_000],
    [2, 1_000],
  ]);
  assertEquals(sent[1]!.tickets, ["1-2-ann-1000000005", "1-2-bob-1000000006"]);
  sender.send(MESSAGE);
  await sender.idle(1_000);
  assertEquals([sent.length, timers.calledOff], [3, 1], "a stop sends what was gathered");
});

Deno.test("ReminderSender has a bounded number on their way and survives failures", async () => {
  const waiting: PromiseWithResolvers<void>[] = [];
  const sizes: number[] = [];
  const sender = new ReminderSender(
    {
      remind: ({ tickets }) => {
        sizes.push(tickets.length);
        waiting.push(Promise.withResolvers<void>());
        return waiting.at(-1)!.promise;
      },
    },
    logOf("test"),
    handTimers(),
  );
  for (let at = 0; at < 10_000; at += 1) sender.send(MESSAGE);
  assertEquals([waiting.length, ...new Set(sizes)], [16, 512]);
  for (const { reject } of waiting) reject(new Error("away"));
  await sender.idle(1_000);
  for (let at = 0; at < 256; at += 1) sender.send(MESSAGE);
  assertEquals(waiting.length, 17);
  // One that hangs keeps nobody longer than that.
  await sender.idle(1);
  waiting.at(-1)!.resolve();
});

Deno.test("ReminderSender leaves out what no reminder waits for, as the orders of a rehearsal", async () => {
  const sent: Reminder[] = [];
  const { timers, after } = handTimers();
  const sender = new ReminderSender(
    { remind: (reminder) => Promise.resolve(void sent.push(reminder)) },
    logOf("test"),
    { after },
  );
  sender.send({ ...MESSAGE, payBy: MESSAGE.reservedAt + 86_400_001 });
  await sender.idle(1_000);
  assertEquals([sent.length, timers.waiting.length], [0, 0]);
  sender.send({ ...MESSAGE, payBy: MESSAGE.reservedAt + 86_400_000 });
  await sender.idle(1_000);
  assertEquals(sent.map(({ delayMs }) => delayMs), [86_400_000]);
});
