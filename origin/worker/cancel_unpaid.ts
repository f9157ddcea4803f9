import type { ItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import { itemOfTicket, parseTicket } from "../../shared/ticket.ts";
import { DatabaseError, type DatabaseFault } from "../database/database.ts";
import { MAX_DUE, TICKETS_PER_TRANSACTION } from "../orders/cancel_orders.ts";
import type { UnpaidBook } from "../orders/unpaid_book.ts";
import { type RetryClock, type RetryTable, systemRetryClock, withRetries } from "./retry.ts";

/** Due tickets read per round: 2,000 end within about a quarter of a second on MariaDB. */
const DUE_PER_ROUND = 2_000;

/** Rounds of one run; the next run comes a second later in any case. */
const MAX_ROUNDS = 50;

/** Items worked on at once, so that one whose lock somebody holds keeps the others waiting less. */
const PARALLEL_ITEMS = 4;

/** What one run tries again by itself; everything else waits for the next run. */
const SWEEP_RETRIES: RetryTable = { deadlock: { delaysMs: [5, 20, 50, 100, 200] } };

/** What the cancelling of unpaid orders works with. */
export interface CancellingParts {
  unpaid: Pick<UnpaidBook, "dueTickets" | "cancelOrders">;
  log: Log;
  /** Fires when the process stops: no other round begins then. */
  signal: AbortSignal;
  /** Orders were cancelled: their stock can be given back. */
  onCancelled: () => void;
  clock?: RetryClock;
}

/** Items that are left out of a run because they could not be written in it. */
const MAX_STUCK_ITEMS = 100;

/** Faults that blame a row rather than the moment: its neighbours must not wait for it. */
const BLAMES_A_ROW: DatabaseFault[] = ["invalid", "duplicate", "other"];

/**
 * One run of the sweep: ends every order whose time to pay is over, in rounds while there is a
 * backlog. Workers may run it at the same time, since each order's row decides who ends it. Neither
 * an item that cannot be written nor an order that cannot be ended keeps any other back. Returns how
 * many orders this run ended.
 *
 * @throws {DatabaseError} when the database cannot be asked what is due.
 */
export async function cancelUnpaid(parts: CancellingParts): Promise<number> {
  const stuckItems = new Set<ItemKey>();
  const stuck = new Set<string>();
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS && !parts.signal.aborted; round += 1) {
    // What could not be ended stays at the front of the list: look behind it.
    const limit = Math.min(DUE_PER_ROUND + stuck.size, MAX_DUE);
    const due = await parts.unpaid.dueTickets(limit, [...stuckItems]);
    const tickets = due.filter((ticket) => !stuck.has(ticket));
    total += await cancelDue(parts, tickets, {
      item: (item) => stuckItems.add(item),
      ticket: (ticket) => stuck.add(ticket),
    });
    if (due.length < limit || tickets.length === 0 || stuckItems.size > MAX_STUCK_ITEMS) break;
  }
  if (total > 0) parts.log.info("Cancelled {total} unpaid orders", { total });
  return total;
}

/** Hears what could not be ended. */
interface Stuck {
  item(item: ItemKey): void;
  ticket(ticket: string): void;
}

const NOBODY_ASKS: Stuck = { item: () => {}, ticket: () => {} };

/**
 * Ends those of the tickets that are due; what is not due yet, or cannot be written now, is left to
 * the sweep. Returns how many ended.
 */
export async function cancelDue(
  parts: CancellingParts,
  tickets: string[],
  stuck: Stuck = NOBODY_ASKS,
): Promise<number> {
  // Workers that sweep at the same moment begin at different items, or they would queue for each.
  const { random } = parts.clock ?? systemRetryClock;
  const groups = rotated([...byItem(tickets)], random());
  let cancelled = 0;
  const endNext = async (): Promise<void> => {
    const next = groups.shift();
    if (!next || parts.signal.aborted) return;
    const [item, ofItem] = next;
    try {
      for (let at = 0; at < ofItem.length; at += TICKETS_PER_TRANSACTION) {
        const some = ofItem.slice(at, at + TICKETS_PER_TRANSACTION);
        const ended = await expireSome(parts, some, stuck);
        cancelled += ended;
      }
    } catch (error) {
      stuck.item(item);
      parts.log.warning("Cannot cancel {count} unpaid orders of {item}: {error}", {
        count: ofItem.length,
        item,
        error: String(error),
      });
    }
    await endNext();
  };
  await Promise.all(Array.from({ length: PARALLEL_ITEMS }, endNext));
  return cancelled;
}

/** Ends the tickets of one transaction; when a row is to blame, one by one. */
async function expireSome(parts: CancellingParts, tickets: string[], stuck: Stuck) {
  try {
    return await expire(parts, tickets);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !BLAMES_A_ROW.includes(error.fault)) throw error;
    if (tickets.length === 1) {
      const [ticket] = tickets;
      stuck.ticket(ticket!);
      parts.log.error("Cannot cancel {ticket}, somebody has to look at it: {error}", {
        ticket,
        error: String(error),
        alarm: true,
      });
      return 0;
    }
  }
  let cancelled = 0;
  for (const ticket of tickets) cancelled += await expireSome(parts, [ticket], stuck);
  return cancelled;
}

async function expire(parts: CancellingParts, tickets: string[]): Promise<number> {
  const { unpaid, signal, clock = systemRetryClock, onCancelled } = parts;
  const outcomes = await withRetries(
    () => unpaid.cancelOrders(tickets, "expired"),
    signal,
    clock,
    () => {},
    SWEEP_RETRIES,
  );
  const cancelled = outcomes.filter((outcome) => outcome === "cancelled").length;
  if (cancelled > 0) onCancelled();
  return cancelled;
}

/** The same list, beginning at a place between 0 and 1 of it. */
function rotated<T>(list: T[], place: number): T[] {
  const first = Math.floor(place * list.length);
  return [...list.slice(first), ...list.slice(0, first)];
}

/** Tickets by item; what is no ticket is left out, no book ever had it. */
function byItem(tickets: string[]): Map<ItemKey, string[]> {
  const groups = new Map<ItemKey, string[]>();
  for (const ticket of tickets) {
    const parts = parseTicket(ticket);
    if (!parts) continue;
    const item = itemOfTicket(parts);
    const group = groups.get(item);
    if (group) group.push(ticket);
    else groups.set(item, [ticket]);
  }
  return groups;
}
