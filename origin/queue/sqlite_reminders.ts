import type { Clock } from "../../shared/clock.ts";
import { type Log, logOf } from "../../shared/log.ts";
import { repeat } from "../../shared/repeat.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import type { Database } from "../database/database.ts";
import type { Consumer } from "./order_queue.ts";
import { checkReminder, decodeTickets, encodeTickets } from "./reminder_message.ts";
import type { Reminder, ReminderQueue } from "./reminder_queue.ts";

/** How often reminders that are over are looked for. */
const POLL_MS = 250;

/** Reminders taken per look. */
const PER_LOOK = 32;

/** The reminders of the embedded profile: a table in the one file. */
export class SqliteReminders implements ReminderQueue {
  constructor(
    readonly db: Database,
    readonly clock: Clock,
    readonly log: Log = logOf("origin", "queue"),
  ) {}

  async remind(reminder: Reminder): Promise<void> {
    checkReminder(reminder);
    await this.db.execute("INSERT INTO queue_reminder (due_at, content) VALUES (?, ?)", [
      this.clock() + reminder.delayMs,
      encodeTickets(reminder.tickets),
    ]);
  }

  consumeReminders(handler: (tickets: string[]) => Promise<void>): Promise<Consumer> {
    let stopping = false;
    const job = repeat("handing out reminders", POLL_MS, this.log, async () => {
      while (!stopping && await this.#handOut(handler, () => stopping) === PER_LOOK);
    });
    return Promise.resolve({
      failed: new Promise<never>(() => {}),
      stop: async (timeoutMs) => {
        stopping = true;
        await withDeadline(job.stop(), timeoutMs, "a reminder").catch(() => {});
      },
    });
  }

  /** Handles what is over, oldest first, and forgets it; returns how many there were. */
  async #handOut(
    handler: (tickets: string[]) => Promise<void>,
    stopping: () => boolean,
  ): Promise<number> {
    const rows = await this.db.query<{ id: number; content: string }>(
      "SELECT id, content FROM queue_reminder WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
      [this.clock(), PER_LOOK],
    );
    for (const { id, content } of rows) {
      if (stopping()) break;
      await this.#handle(content, handler);
      await this.db.execute("DELETE FROM queue_reminder WHERE id = ?", [id]);
    }
    return rows.length;
  }

  /** Never rejects: a reminder that cannot be handled is left to the sweep. */
  async #handle(content: string, handler: (tickets: string[]) => Promise<void>): Promise<void> {
    const tickets = decodeTickets(content);
    if (!tickets) return this.log.warning("Dropped a reminder that nobody can read");
    try {
      await handler(tickets);
    } catch (error) {
      this.log.info("Cannot handle a reminder: {error}", { error: String(error) });
    }
  }
}
