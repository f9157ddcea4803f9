import type { Log } from "../../shared/log.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import { ticketsOf } from "../orders/order_rows.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import type { ReminderQueue } from "../queue/reminder_queue.ts";

/** Reminders on their way at once; further ones are left to the sweep. */
const MAX_IN_FLIGHT = 16;

/**
 * Sends a reminder for every message that became orders, beside the writing of orders: nobody waits
 * for it, and one that cannot be sent is left to the sweep.
 */
export class ReminderSender {
  #inFlight = new Set<Promise<void>>();

  constructor(readonly reminders: Pick<ReminderQueue, "remind">, readonly log: Log) {}

  /** Begins to send. The delay is the sale's payment window. Never throws. */
  send(message: OrderMessage): void {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
    const reminder = {
      tickets: ticketsOf(message).map(({ ticket }) => ticket),
      delayMs: message.payBy - message.reservedAt,
    };
    const sending = this.reminders.remind(reminder)
      .catch((error: unknown) => {
        this.log.debug("Cannot send a reminder: {error}", { error: String(error) });
      })
      .finally(() => {
        this.#inFlight.delete(sending);
      });
    this.#inFlight.add(sending);
  }

  /** Resolves when nothing is on its way, or after `timeoutMs`. */
  async idle(timeoutMs: number): Promise<void> {
    await withDeadline(Promise.all(this.#inFlight), timeoutMs, "reminders").catch(() => {});
  }
}
