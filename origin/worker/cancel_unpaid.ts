import type { ItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import { itemOfTicket, parseTicket } from "../../shared/ticket.ts";
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

/**
 * One run of the sweep: ends every order whose time to pay is over, in rounds while there is a
 * backlog. Workers may run it at the same time, since each order's row decides who ends it. An item
 * that cannot be written keeps no other back. Returns how many orders this run ended.
 *
 * @throws {DatabaseError} when the database cannot be asked what is due.
 */
export async function cancelUnpaid(parts: CancellingParts): Promise<number> {
  const stuck = new Set<string>();
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS && !parts.signal.aborted; round += 1) {
    // What could not be ended stays at the front of the list: look behind it.
    const limit = DUE_PER_ROUND + stuck.size;
    const due = await parts.unpaid.dueTickets(limit);
    const tickets = due.filter((ticket) => !stuck.has(ticket));
    total += await cancelDue(parts, tickets, (failed) => {
      for (const ticket of failed) stuck.add(ticket);
    });
    if (due.length < limit) break;
  }
  if (total > 0) parts.log.info("Cancelled {total} unpaid orders", { total });
  return total;
}

/**
 * Ends those of the tickets that are due; what is not due yet, or cannot be written now, is left to
 * the sweep and told to `onFailed`. Returns how many ended.
 */
export async function cancelDue(
  parts: CancellingParts,
  tickets: string[],
  onFailed: (tickets: string[]) => void = () => {},
): Promise<number> {
  const groups = [...byItem(tickets)];
  let cancelled = 0;
  const endNext = async (): Promise<void> => {
    const next = groups.shift();
    if (!next || parts.signal.aborted) return;
    const [item, ofItem] = next;
    try {
      const ended = await expire(parts, ofItem);
      cancelled += ended;
    } catch (error) {
      parts.log.warning("Cannot cancel {count} unpaid orders of {item}: {error}", {
        count: ofItem.length,
        item,
        error: String(error),
      });
      onFailed(ofItem);
    }
    await endNext();
  };
  await Promise.all(Array.from({ length: PARALLEL_ITEMS }, endNext));
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

function byItem(tickets: string[]): Map<ItemKey | "none", string[]> {
  return Map.groupBy(tickets, (ticket) => {
    const parts = parseTicket(ticket);
    return parts ? itemOfTicket(parts) : "none";
  });
}
