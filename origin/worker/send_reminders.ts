import type { Log } from "../../shared/log.ts";
import type { OrderMessage } from "../../shared/order_message.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import { ticketsOf } from "../orders/order_rows.ts";
import { MAX_REMINDER_DELAY_MS, MAX_REMINDER_TICKETS } from "../queue/reminder_message.ts";
import type { ReminderQueue } from "../queue/reminder_queue.ts";

/** Reminders on their way at once; further ones are left to the sweep. */
const MAX_IN_FLIGHT = 16;

/**
 * How long tickets are gathered before they are sent. A reminder per message cost the buys of a rush
 * a tenth of their rate; those who pay late do not notice a quarter of a second.
 */
const GATHER_MS = 250;

/** Begins a wait that can be called off: the machine's timers, or a test's. */
export interface ReminderTimers {
  after(ms: number, run: () => void): () => void;
}

const systemTimers: ReminderTimers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Reminds of every message that became orders, beside the writing of orders: nobody waits for it,
 * and what cannot be sent is left to the sweep.
 */
export class ReminderSender {
  readonly #inFlight = new Set<Promise<void>>();
  /** Tickets by payment window, fewer than one reminder holds each; emptied by the timer. */
  readonly #gathered = new Map<number, string[]>();
  #callOff: (() => void) | null = null;

  constructor(
    readonly reminders: Pick<ReminderQueue, "remind">,
    readonly log: Log,
    readonly timers: ReminderTimers = systemTimers,
  ) {}

  /** Takes the tickets of a message in. The delay is the sale's payment window. Never throws. */
  send(message: OrderMessage): void {
    const delayMs = message.payBy - message.reservedAt;
    // As with rehearsals: nobody is to be reminded of orders that are not there for that long.
    if (delayMs > MAX_REMINDER_DELAY_MS) return;
    const gathered = this.#gathered.get(delayMs) ?? [];
    this.#gathered.set(delayMs, gathered);
    for (const { ticket } of ticketsOf(message)) gathered.push(ticket);
    while (gathered.length >= MAX_REMINDER_TICKETS) {
      this.#remind(delayMs, gathered.splice(0, MAX_REMINDER_TICKETS));
    }
    this.#callOff ??= this.timers.after(GATHER_MS, () => this.#flush());
  }

  /** Sends what was gathered; resolves when nothing is on its way, or after `timeoutMs`. */
  async idle(timeoutMs: number): Promise<void> {
    this.#callOff?.();
    this.#flush();
    await withDeadline(Promise.all(this.#inFlight), timeoutMs, "reminders").catch(() => {});
  }

  #flush(): void {
    this.#callOff = null;
    for (const [delayMs, tickets] of this.#gathered) {
      if (tickets.length > 0) this.#remind(delayMs, tickets);
    }
    this.#gathered.clear();
  }

  #remind(delayMs: number, tickets: string[]): void {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
    const sending = this.reminders.remind({ tickets, delayMs })
      .catch((error: unknown) => {
        this.log.debug("Cannot send a reminder: {error}", { error: String(error) });
      })
      .finally(() => {
        this.#inFlight.delete(sending);
      });
    this.#inFlight.add(sending);
  }
}
