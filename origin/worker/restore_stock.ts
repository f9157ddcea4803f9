import { parseTicket } from "../../shared/ticket.ts";
import type { Log } from "../../shared/log.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook, StockEvent } from "../orders/order_book.ts";

/** Stock events taken per round. */
const EVENTS_PER_ROUND = 200;

/** What the restoring of stock works with. */
export interface RestoringParts {
  ledger: Pick<StockLedger, "isUp" | "release" | "adjust">;
  book: Pick<OrderBook, "pendingStockEvents" | "finishStockEvents" | "closeItems">;
  log: Log;
}

/**
 * One round: tells the ledger of every stock event that the database holds as pending, and writes
 * down its answer. An event can be told again and again: the ledger does each only once. Returns
 * how many were finished.
 */
export async function restoreStock(parts: RestoringParts): Promise<number> {
  const { ledger, book } = parts;
  if (!ledger.isUp()) return 0;
  const events = await book.pendingStockEvents(EVENTS_PER_ROUND);
  if (events.length === 0) return 0;
  const finished = [
    ...await releaseReservations(parts, events.filter(endsReservation)),
    ...await adjustStock(parts, events.filter((event) => !endsReservation(event))),
  ];
  if (finished.length > 0) await book.finishStockEvents(finished);
  await closeUnanswered(parts, events, finished);
  return finished.length;
}

/**
 * A ledger that is closed to an event of its own epoch is lost: its item is closed for recovery,
 * also when its sale is so long over that nobody watches it any more.
 */
async function closeUnanswered(
  { book }: RestoringParts,
  events: StockEvent[],
  finished: Finished[],
): Promise<void> {
  const answered = new Set(finished.map(({ id }) => id));
  const closed = new Map(
    events.filter(({ id }) => !answered.has(id)).map(({ item, epoch }) => [item, { item, epoch }]),
  );
  if (closed.size > 0) await book.closeItems([...closed.values()]);
}

type Finished = { id: string; state: "done" | "void" };

function endsReservation(event: StockEvent): boolean {
  return event.kind === "restock" || event.kind === "drop";
}

async function releaseReservations(
  { ledger, log }: RestoringParts,
  events: StockEvent[],
): Promise<Finished[]> {
  if (events.length === 0) return [];
  const releases = events.map((event) => {
    const ticket = event.ticket === null ? null : parseTicket(event.ticket);
    if (!ticket) throw new Error(`Cannot restore stock as ${event.id} names no ticket`);
    return {
      item: event.item,
      epoch: event.epoch,
      userId: ticket.userId,
      seq: ticket.seq,
      restock: event.kind === "restock",
    };
  });
  const outcomes = await ledger.release(releases);
  return events.flatMap((event, at): Finished[] => {
    if (outcomes[at] === "closed") return [];
    if (outcomes[at] === "not_held") {
      log.info("{ticket} was not held any more", { ticket: event.ticket });
    }
    return [{ id: event.id, state: "done" }];
  });
}

async function adjustStock(
  { ledger }: RestoringParts,
  events: StockEvent[],
): Promise<Finished[]> {
  if (events.length === 0) return [];
  const outcomes = await ledger.adjust(events.map((event) => ({
    item: event.item,
    epoch: event.epoch,
    changeId: event.id,
    delta: event.delta,
  })));
  return events.flatMap((event, at): Finished[] => {
    if (outcomes[at] === "closed") return [];
    return [{ id: event.id, state: outcomes[at] === "applied" ? "done" : "void" }];
  });
}
