import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { PATIENCE_MS, until } from "./queue_contract.ts";
import type { Reminder, ReminderQueue } from "./reminder_queue.ts";

/** A reminder queue of its own for one test. */
export interface ReminderFixture {
  reminders: ReminderQueue;
  /** Frees it and removes whatever it left behind. */
  close(): Promise<void>;
}

/** The shortest delay there is, and another one. */
const SHORT_MS = 1_000;
const LONGER_MS = 1_700;

/** Clocks and timers of a broker may be a little early. */
const EARLY_MS = 20;

/** The tickets `first`…`first + count − 1` of an item. */
export function testTickets(count: number, first = 1): string[] {
  return Array.from({ length: count }, (_, at) => `7-11-ann-${3_000_000_000 + first + at}`);
}

/** Every `ReminderQueue` keeps these promises, whatever it is built on. */
export function reminderContract(name: string, make: () => Promise<ReminderFixture>): void {
  const test = (title: string, run: (reminders: ReminderQueue) => Promise<void>) =>
    Deno.test(`${name} ${title}`, async () => {
      const { reminders, close } = await make();
      try {
        await run(reminders);
      } finally {
        await close();
      }
    });

  test("remind() hands tickets back after their delay, shorter ones first", async (reminders) => {
    const seen: { tickets: string[]; afterMs: number }[] = [];
    const startedAt = performance.now();
    const consumer = await reminders.consumeReminders((tickets) => {
      seen.push({ tickets, afterMs: performance.now() - startedAt });
      return Promise.resolve();
    });
    const [longer, short] = [testTickets(1), testTickets(512, 2)];
    // The longer one goes first: it keeps nobody behind it waiting.
    await reminders.remind({ tickets: longer, delayMs: LONGER_MS });
    await reminders.remind({ tickets: short, delayMs: SHORT_MS });
    await until("both came", () => seen.length >= 2);
    await consumer.stop(PATIENCE_MS);
    assertEquals(seen.map(({ tickets }) => tickets), [short, longer]);
    assertGreaterOrEqual(seen[0]!.afterMs, SHORT_MS - EARLY_MS);
    assertGreaterOrEqual(seen[1]!.afterMs, LONGER_MS - EARLY_MS);
  });

  test("reminders wait for a consumer", async (reminders) => {
    await reminders.remind({ tickets: testTickets(2), delayMs: SHORT_MS });
    const first = await reminders.consumeReminders(() => Promise.resolve());
    await first.stop(PATIENCE_MS);
    const seen: string[][] = [];
    const consumer = await reminders.consumeReminders((tickets) => {
      seen.push(tickets);
      return Promise.resolve();
    });
    await until("it came", () => seen.length > 0);
    await consumer.stop(PATIENCE_MS);
    assertEquals(seen[0], testTickets(2));
  });

  test("a handler that rejects costs its reminder and no other", async (reminders) => {
    const seen: string[][] = [];
    const consumer = await reminders.consumeReminders((tickets) => {
      seen.push(tickets);
      return seen.length === 1 ? Promise.reject(new Error("away")) : Promise.resolve();
    });
    for (const first of [1, 2, 3]) {
      await reminders.remind({ tickets: testTickets(1, first), delayMs: SHORT_MS });
    }
    await until("all came", () => seen.length >= 3);
    await consumer.stop(PATIENCE_MS);
    assertEquals(seen.flat().toSorted(), testTickets(3));
  });

  test("stop() waits for the reminder in hand", async (reminders) => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let handled = 0;
    const consumer = await reminders.consumeReminders(async () => {
      begun.resolve();
      await release.promise;
      handled += 1;
    });
    await reminders.remind({ tickets: testTickets(1), delayMs: SHORT_MS });
    await begun.promise;
    const stopped = consumer.stop(PATIENCE_MS);
    release.resolve();
    await stopped;
    assertEquals(handled, 1);
  });

  test("remind() refuses what is no reminder", async (reminders) => {
    const good: Reminder = { tickets: testTickets(1), delayMs: SHORT_MS };
    const wrong: Reminder[] = [
      { ...good, tickets: [] },
      { ...good, tickets: testTickets(513) },
      ...[0, 999, 1_000.5, 86_400_001, NaN].map((delayMs) => ({ ...good, delayMs })),
    ];
    for (const reminder of wrong) {
      const error = await assertRejects(() => reminders.remind(reminder), RangeError);
      assert(error.message.startsWith("Cannot remind as"));
    }
  });
}
