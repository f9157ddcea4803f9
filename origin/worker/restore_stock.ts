import { parseTicket, type TicketParts } from "../../shared/ticket.ts";
import type { Log } from "../../shared/log.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook, StockEvent } from "../orders/order_book.ts";

/** Stock events taken per round, and rounds of one run; the next run comes soon. */
const EVENTS_PER_ROUND = 500;
const MAX_ROUNDS = 10;

/** Events without a readable ticket that are remembered, so that each raises one alarm. */
const MAX_ALARMED = 1_000;

/** What the restoring of stock works with. */
export interface RestoringParts {
  ledger: Pick<StockLedger, "isUp" | "release" | "adjust" | "readStock">;
  book: Pick<
    OrderBook,
    "pendingStockEvents" | "finishStockEvents" | "readItems" | "closeItems"
  >;
  log: Log;
  /** Ids of events that an alarm was raised for; kept from run to run. */
  alarmed?: Set<string>;
  /**
   * False leaves lost ledgers to others: an origin may be the only one that still asks an old
   * primary, and would close the item for everybody.
   */
  closesLost?: boolean;
}

/**
 * One run: tells the ledger of every stock event that the database holds as pending, in rounds
 * while there are more, and writes down its answers. An event can be told again and again: the
 * ledger does each only once. Returns how many were finished.
 */
export async function restoreStock(parts: RestoringParts): Promise<number> {
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { taken, finished } = await restoreSome(parts);
    total += finished;
    if (taken < EVENTS_PER_ROUND || finished === 0) break;
  }
  return total;
}

async function restoreSome(parts: RestoringParts): Promise<{ taken: number; finished: number }> {
  const { ledger, book } = parts;
  if (!ledger.isUp()) return { taken: 0, finished: 0 };
  const pending = await book.pendingStockEvents(EVENTS_PER_ROUND);
  const events = pending.filter((event) => isReadable(event, parts));
  if (events.length === 0) return { taken: pending.length, finished: 0 };
  const finished = [
    ...await releaseReservations(parts, events.filter(endsReservation)),
    ...await adjustStock(parts, events.filter((event) => !endsReservation(event))),
  ];
  if (finished.length > 0) await book.finishStockEvents(finished);
  if (parts.closesLost ?? true) await closeUnanswered(parts, events, finished);
  return { taken: pending.length, finished: finished.length };
}

/** An event that names no ticket cannot be told to a ledger; it must not keep the others waiting. */
function isReadable(event: StockEvent, { log, alarmed = new Set() }: RestoringParts): boolean {
  if (!endsReservation(event) || readTicket(event)) return true;
  if (alarmed.has(event.id)) return false;
  if (alarmed.size >= MAX_ALARMED) alarmed.clear();
  alarmed.add(event.id);
  log.error("Cannot restore stock as event {id} of {item} must name a ticket: it names {ticket}", {
    id: event.id,
    item: event.item,
    ticket: event.ticket,
    alarm: true,
  });
  return false;
}

function readTicket(event: StockEvent): TicketParts | null {
  return event.ticket === null ? null : parseTicket(event.ticket);
}

/**
 * A ledger that is closed to an event of the epoch that is open is lost: its item is closed for
 * recovery, also when its sale is so long over that nobody watches it any more. Asked in this order,
 * because an item that is being opened has events that its ledger does not take yet.
 */
async function closeUnanswered(
  { ledger, book }: RestoringParts,
  events: StockEvent[],
  finished: Finished[],
): Promise<void> {
  const answered = new Set(finished.map(({ id }) => id));
  const unanswered = new Map(
    events.filter(({ id }) => !answered.has(id)).map(({ item, epoch }) => [item, { item, epoch }]),
  );
  if (unanswered.size === 0) return;
  const items = [...unanswered.values()];
  const states = await book.readItems(items.map(({ item }) => item));
  const open = items.filter(({ epoch }, at) => states[at]?.openEpoch === epoch);
  const stock = await ledger.readStock(open);
  const lost = open.filter((_, at) => stock[at] === null);
  if (lost.length > 0) await book.closeItems(lost);
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
    const ticket = readTicket(event)!;
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
