import type { Reminder } from "./reminder_queue.ts";

/** Bounds of a reminder, the same for every adapter. */
export const MAX_REMINDER_TICKETS = 512;
const MAX_TICKET_LENGTH = 120;
const MIN_DELAY_MS = 1_000;
export const MAX_REMINDER_DELAY_MS = 86_400_000;

/** @throws {RangeError} for a reminder that no adapter takes. */
export function checkReminder({ tickets, delayMs }: Reminder): void {
  if (tickets.length < 1 || tickets.length > MAX_REMINDER_TICKETS) {
    throw new RangeError(
      `Cannot remind as tickets must be 1 to ${MAX_REMINDER_TICKETS}: current value is ${tickets.length}`,
    );
  }
  if (!Number.isInteger(delayMs) || delayMs < MIN_DELAY_MS || delayMs > MAX_REMINDER_DELAY_MS) {
    throw new RangeError(
      `Cannot remind as delayMs must be ${MIN_DELAY_MS} to ${MAX_REMINDER_DELAY_MS}: current value is ` +
        delayMs,
    );
  }
}

/** The text of a reminder: its tickets as JSON. */
export function encodeTickets(tickets: string[]): string {
  return JSON.stringify(tickets);
}

/** The tickets of a text; null for what is no reminder. */
export function decodeTickets(text: string): string[] | null {
  try {
    const tickets: unknown = JSON.parse(text);
    if (!Array.isArray(tickets) || tickets.length > MAX_REMINDER_TICKETS) return null;
    const isTicket = (one: unknown) =>
      typeof one === "string" && one.length > 0 && one.length <= MAX_TICKET_LENGTH;
    return tickets.length > 0 && tickets.every(isTicket) ? tickets : null;
  } catch {
    return null;
  }
}
