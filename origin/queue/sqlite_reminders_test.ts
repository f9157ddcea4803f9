import { assertEquals } from "@std/assert";
import { openSqlite } from "../database/open_database.ts";
import { PATIENCE_MS, until } from "./queue_contract.ts";
import { reminderContract, testTickets } from "./reminder_contract.ts";
import { SqliteReminders } from "./sqlite_reminders.ts";

reminderContract("SqliteReminders", async () => {
  const db = await openSqlite(":memory:", Date.now);
  return { reminders: new SqliteReminders(db, Date.now), close: () => db.close() };
});

Deno.test("SqliteReminders forgets what it handed out and drops what nobody can read", async () => {
  const db = await openSqlite(":memory:", Date.now);
  let now = 1_800_000_000_000;
  const reminders = new SqliteReminders(db, () => now);
  await reminders.remind({ tickets: testTickets(3), delayMs: 60_000 });
  for (const content of ["{", '"text"', "[]", "[1]"]) {
    await db.execute("INSERT INTO queue_reminder (due_at, content) VALUES (?, ?)", [now, content]);
  }
  const seen: string[][] = [];
  const consumer = await reminders.consumeReminders((tickets) => {
    seen.push(tickets);
    return Promise.resolve();
  });
  const left = async () =>
    (await db.query<{ n: number }>("SELECT COUNT(*) AS n FROM queue_reminder"))[0]?.n;
  await until("the unreadable ones are gone", async () => await left() === 1);
  assertEquals(seen, []);
  now += 60_000;
  await until("the last one is gone", async () => await left() === 0);
  await consumer.stop(PATIENCE_MS);
  assertEquals(seen, [testTickets(3)]);
  await db.close();
});
