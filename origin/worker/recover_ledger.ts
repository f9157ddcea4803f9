import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import type { Reservation, StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import { type RecordingBook, recordMessage } from "../orders/record_message.ts";
import type { OrderQueue } from "../queue/order_queue.ts";

/** How long routes may take to settle across a broker cluster. */
export const ROUTES_SETTLE_MS = 2_000;

/** How long a barrier may take through a queue's backlog before the coordinator gives up. */
export const DRAIN_TIMEOUT_MS = 60_000;

/** Pause between two looks at whether the barrier has been met. */
const DRAIN_POLL_MS = 50;

/** Reservations staged at a time. */
const PAGE = 1_000;

/** What a coordinator works with. */
export interface RecoveryParts {
  ledger: Pick<StockLedger, "close" | "salvage" | "open">;
  queue: Pick<OrderQueue, "openRoute" | "closeOlderRoutes" | "sendBarrier">;
  book:
    & RecordingBook
    & Pick<
      OrderBook,
      "raiseEpoch" | "readItems" | "snapshotLedger" | "listReservations" | "markOpen"
    >;
  log: Log;
  sleep: (ms: number) => Promise<void>;
}

/** Why an opening was given up; the next one begins with a new epoch. */
export class RecoveryAbandonedError extends Error {
  override name = "RecoveryAbandonedError";
}

/**
 * Opens a new life of an item's ledger, after a loss or for the first time. The epoch that step 1
 * raises is the caller's fencing token: another coordinator that raises it again makes every later
 * step here fail. Nothing is guessed: on any error the item stays closed, and the next try begins
 * at step 1. Returns the epoch that is open now.
 */
export async function recoverLedger(item: ItemKey, parts: RecoveryParts): Promise<number> {
  const { ledger, queue, book, log, sleep } = parts;
  // 1. Raise: from here on nobody but the holder of this epoch can open the item.
  const mine: ItemEpoch = { item, epoch: await book.raiseEpoch(item) };

  // Told by the token, not by what was read before it: another coordinator may have been first.
  if (mine.epoch > 1) {
    // 2. Close: no message of an older epoch can be confirmed any more.
    const [state] = await book.readItems([item]);
    // Behind a barrier that was met stand routes that its coordinator had closed before it sent it.
    await queue.closeOlderRoutes(mine, state?.drainedEpoch ?? 0);
    await ledger.close([mine]);
    await sleep(ROUTES_SETTLE_MS);

    // 3. Salvage: what a surviving ledger had promised but not handed over.
    for (const message of await ledger.salvage(mine)) {
      await recordMessage(book, message);
    }

    // 4. Drain: everything that was confirmed before step 2 is in the database.
    await queue.sendBarrier(mine);
    await untilDrained(mine, parts);
  }

  // 5. Snapshot: what the new life starts with.
  const snapshot = await book.snapshotLedger(mine);
  if (snapshot === null) throw lost(mine);

  // 6. Open the ledger with everybody who holds a piece.
  const opened = await ledger.open({ ...mine, ...snapshot }, reservationPages(mine, book));
  if (opened !== "opened") {
    throw new RecoveryAbandonedError(`Cannot open the ledger of ${item}: it was ${opened}`);
  }

  // 7. Bind the key of this epoch: only now can its messages be confirmed.
  await queue.openRoute(mine);

  // 8. Open: only now do origins use the epoch.
  if (!(await book.markOpen(mine))) {
    // Whoever took over may have closed the older routes before this one was made.
    await queue.closeOlderRoutes({ item, epoch: mine.epoch + 1 }, mine.epoch);
    throw lost(mine);
  }
  log.info("Opened {item} in epoch {epoch} with {remaining} left", {
    ...mine,
    remaining: snapshot.remaining,
  });
  return mine.epoch;
}

function lost({ item, epoch }: ItemEpoch): RecoveryAbandonedError {
  return new RecoveryAbandonedError(`Cannot open ${item} as epoch ${epoch} was taken over`);
}

async function untilDrained(mine: ItemEpoch, { book, sleep }: RecoveryParts): Promise<void> {
  for (let waitedMs = 0; waitedMs < DRAIN_TIMEOUT_MS; waitedMs += DRAIN_POLL_MS) {
    const [state] = await book.readItems([mine.item]);
    if (!state || state.epoch !== mine.epoch) throw lost(mine);
    if (state.drainedEpoch >= mine.epoch) return;
    await sleep(DRAIN_POLL_MS);
  }
  throw new RecoveryAbandonedError(
    `Cannot open ${mine.item} as its queue was not drained within ${DRAIN_TIMEOUT_MS} ms`,
  );
}

async function* reservationPages(
  mine: ItemEpoch,
  book: RecoveryParts["book"],
): AsyncGenerator<Reservation[]> {
  let after = "";
  while (true) {
    const page = await book.listReservations(mine, after, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page[page.length - 1]!.userId;
  }
}
