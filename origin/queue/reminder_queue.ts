import type { Consumer } from "./order_queue.ts";

/** Orders that were written together and whose time to pay ends together. */
export interface Reminder {
  /** 1 to 512 tickets. */
  tickets: string[];
  /** How long from now they may be due, ms: the payment window of their sale, 1 s to a day. */
  delayMs: number;
}

/**
 * Hands reminders back after their delay: the accelerator of the sweep that ends unpaid orders.
 * Nothing depends on it. A reminder may come late, twice, or never.
 */
export interface ReminderQueue {
  /** Sends a reminder; resolves when the broker has it, rejects when it is away. */
  remind(reminder: Reminder): Promise<void>;

  /**
   * Begins to hand out the tickets of reminders that are over, one reminder after the other. A
   * handler that rejects costs its reminder and nothing else, so `failed` never settles. One
   * consumer at a time per process.
   */
  consumeReminders(handler: (tickets: string[]) => Promise<void>): Promise<Consumer>;
}
