import type { Clock } from "../../shared/clock.ts";
import type { StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import { ROUTES_SETTLE_MS } from "../worker/recover_ledger.ts";
import type { RehearsalBook, WithdrawnItem } from "./rehearsal_book.ts";

/** Pause between two looks. */
const POLL_MS = 100;

/** How long workers may be at opening an item, and may take to reach the end of the queue. */
const OPENING_TIMEOUT_MS = 30_000;
const DRAIN_TIMEOUT_MS = 60_000;

/** Turns of removing rows that no copy can need: 500 rows each. */
const MAX_TURNS = 2_000;

/** What clearing away works with. */
export interface ClearingParts {
  rehearsals: RehearsalBook;
  ledger: Pick<StockLedger, "close" | "removeItems">;
  queue: Pick<OrderQueue, "closeOlderRoutes" | "sendBarrier">;
  book: Pick<OrderBook, "readItems">;
  clock: Clock;
  delay(ms: number): Promise<void>;
}

/**
 * Removes a copy and everything that its crowd left: orders, events, messages, payments, the ledger's
 * keys, the queue's routes. It can be broken off anywhere and begun anew by anybody.
 *
 * The order is what makes it safe. First nobody can open the copy any more; then nothing of it can
 * reach the queue; then everything that did is written, which a barrier behind it shows; only then
 * its rows go. A message that the queue hands out once more after that is known as one of a removed
 * copy and does nothing.
 *
 * @throws when a part is away or no worker empties the queue: then it has to be tried again.
 */
export async function clearCopy(
  rehearsalId: number,
  copySaleId: number,
  parts: ClearingParts,
): Promise<void> {
  const { rehearsals, ledger, queue, delay } = parts;
  const showLife = () => rehearsals.keepClearing(rehearsalId);
  const items = await rehearsals.withdrawCopy(copySaleId);
  await untilNobodyOpens(items, parts, showLife);

  const opened = items.filter(({ wasOpened }) => wasOpened);
  if (opened.length > 0) {
    for (const item of opened) await queue.closeOlderRoutes(item);
    await ledger.close(opened);
    await delay(ROUTES_SETTLE_MS);
    for (const item of opened) await queue.sendBarrier(item);
    await untilDrained(opened, parts, showLife);
    await ledger.removeItems(opened);
  }
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    if (turn % 10 === 0) await showLife();
    if (await rehearsals.removeSome(copySaleId)) continue;
    if (await rehearsals.removeCopy(rehearsalId, copySaleId)) return;
  }
  throw new Error(`Cannot remove the copy ${copySaleId} as its rows must end: they do not`);
}

/** After this no worker is at a step that could put keys of the copy into the ledger. */
async function untilNobodyOpens(
  items: WithdrawnItem[],
  { rehearsals, delay }: ClearingParts,
  showLife: () => Promise<void>,
): Promise<void> {
  let waitedMs = 0;
  for (const item of items) {
    while (await rehearsals.isBeingOpened(item)) {
      if (waitedMs >= OPENING_TIMEOUT_MS) {
        throw new Error(`Cannot remove ${item.item} while a worker is opening it`);
      }
      await showLife();
      await delay(POLL_MS);
      waitedMs += POLL_MS;
    }
  }
}

/** After this every message of the copy that reached the queue has been written. */
async function untilDrained(
  items: WithdrawnItem[],
  { book, delay }: ClearingParts,
  showLife: () => Promise<void>,
): Promise<void> {
  const epochs = new Map(items.map(({ item, epoch }) => [item, epoch]));
  let waiting = items.map(({ item }) => item);
  for (let waitedMs = 0; waitedMs < DRAIN_TIMEOUT_MS; waitedMs += POLL_MS) {
    const states = await book.readItems(waiting);
    waiting = waiting.filter((item, at) => {
      const state = states[at];
      return state && state.drainedEpoch < epochs.get(item)!;
    });
    if (waiting.length === 0) return;
    if (waitedMs % 1_000 === 0) await showLife();
    await delay(POLL_MS);
  }
  throw new Error(
    `No worker emptied the queue within ${
      DRAIN_TIMEOUT_MS / 1_000
    } s: the copy stays until one does`,
  );
}
