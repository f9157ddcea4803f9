import type { ItemKey } from "../../shared/item.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import { type CleanUpBook, FIRST_ROWS, type RemainKind, type RowPlace } from "./clean_up_book.ts";

/** The steps of a clean-up in their order. */
export const CLEAN_UP_STEPS = [
  "proof",
  "fence",
  "coordinators",
  "ledger",
  "routes",
  "inbox",
  "orderEvents",
  "expiredHolds",
  "barredBuyers",
] as const;

export type CleanUpStep = (typeof CLEAN_UP_STEPS)[number];

const KINDS: readonly RemainKind[] = ["inbox", "orderEvents", "expiredHolds", "barredBuyers"];

/** Steps that no sale can need: 500 million rows. */
const MAX_ROUNDS = 1_000_000;

/** How long a worker may take to notice that the epoch it opens is over, ms. */
const COORDINATOR_WAIT_MS = 15_000;
const COORDINATOR_POLL_MS = 250;

/** Between two removals, ms: other work of the database comes first. */
const PAUSE_MS = 5;

/** What removing works with. */
export interface RemovingParts {
  cleanUpBook: Pick<CleanUpBook, "isLeftAlone" | "removeRows">;
  book: Pick<OrderBook, "readItems">;
  ledger: Pick<StockLedger, "removeItems">;
  queue: Pick<OrderQueue, "closeOlderRoutes">;
  delay(ms: number): Promise<void>;
}

/** A fenced sale, and whether events go that its shop may not have read. */
export interface FencedSale {
  saleId: number;
  items: ItemKey[];
  dropEvents: boolean;
}

/**
 * Removes what a fenced sale needs no more: its ledgers, its routes, the inbox and the rest. Orders,
 * payments, proofs and the audit log stay; delay queues stay too, because other sales share them.
 * Every step can be repeated.
 */
export async function removeSale(
  { saleId, items, dropEvents }: FencedSale,
  parts: RemovingParts,
  enter: (step: CleanUpStep) => void,
): Promise<void> {
  const { cleanUpBook, ledger, queue, book, delay } = parts;
  enter("coordinators");
  for (const item of items) await untilLeftAlone(item, parts);
  enter("ledger");
  const states = (await book.readItems(items)).filter((state) => state !== null);
  await ledger.removeItems(states.map(({ item, epoch }) => ({ item, epoch })));
  enter("routes");
  for (const state of states) await queue.closeOlderRoutes(state, state.drainedEpoch);
  for (const kind of KINDS) {
    enter(kind);
    let from: RowPlace | null = FIRST_ROWS;
    for (let round = 0; from !== null; round += 1) {
      if (round === MAX_ROUNDS) throw new Error(`Cannot clean up sale ${saleId}: ${kind} grows`);
      const removal = { kind, from, dropEvents };
      const { next }: { next: RowPlace | null } = await cleanUpBook.removeRows(saleId, removal);
      from = next;
      if (from !== null) await delay(PAUSE_MS);
    }
  }
}

/**
 * A worker that began to open an item before the fence could still write its ledger. It finds the
 * higher epoch at its next look and gives up; the wait is for that.
 */
async function untilLeftAlone(
  item: ItemKey,
  { cleanUpBook, delay }: RemovingParts,
): Promise<void> {
  for (let waitedMs = 0; waitedMs <= COORDINATOR_WAIT_MS; waitedMs += COORDINATOR_POLL_MS) {
    if (await cleanUpBook.isLeftAlone(item)) return;
    await delay(COORDINATOR_POLL_MS);
  }
  throw new Error(`Cannot remove ${item} as a worker is still opening it`);
}
