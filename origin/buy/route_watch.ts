import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { OutboundMessage, PublishingQueue, PublishOutcome } from "../queue/order_queue.ts";

/** How often an origin looks whether routes are lost. */
export const ROUTES_INTERVAL_MS = 500;

/**
 * How long an item's messages must come back before its route counts as lost. A recovery closes the
 * item in the database before it takes the route away, so that a message that comes back while its
 * epoch is open tells of a lost route at once; the time leaves a broker cluster room to agree.
 */
const LOST_AFTER_MS = 1_000;

/** Returns that nobody has repeated for so long are forgotten. */
const FORGOTTEN_AFTER_MS = 60_000;

/** When messages of an epoch began to come back, and when the last one did. */
interface Returned {
  epoch: number;
  firstAt: number;
  lastAt: number;
}

/**
 * A queue that notices when the route of an item is gone: somebody has removed the binding or
 * deleted the queue. Nothing but an opening makes routes, because whoever else did could open that of
 * an epoch which is over; so such an item is closed, and its recovery makes the next route.
 */
export class RouteWatch implements PublishingQueue {
  /** At most one entry for every item on sale. */
  readonly #returned = new Map<ItemKey, Returned>();

  constructor(readonly queue: PublishingQueue, readonly clock: Clock) {}

  isUp(): boolean {
    return this.queue.isUp();
  }

  async publish(messages: OutboundMessage[], timeoutMs: number): Promise<PublishOutcome[]> {
    const outcomes = await this.queue.publish(messages, timeoutMs);
    messages.forEach((message, at) => this.#note(message, outcomes[at]));
    return outcomes;
  }

  /** Closes the items whose routes are lost; nothing happens to one that has a newer epoch. */
  async closeLost(book: Pick<OrderBook, "closeItems">, log: Log): Promise<void> {
    const now = this.clock();
    const lost: ItemEpoch[] = [];
    for (const [item, { epoch, firstAt, lastAt }] of this.#returned) {
      if (lastAt - firstAt >= LOST_AFTER_MS) lost.push({ item, epoch });
      else if (now - lastAt >= FORGOTTEN_AFTER_MS) this.#returned.delete(item);
    }
    if (lost.length === 0) return;
    await book.closeItems(lost);
    log.error("No route for {items}: closed them for recovery, if they were still open", {
      items: lost.map(({ item, epoch }) => `${item}@${epoch}`).join(" "),
      alarm: true,
    });
    for (const { item, epoch } of lost) {
      if (this.#returned.get(item)?.epoch === epoch) this.#returned.delete(item);
    }
  }

  #note({ item, epoch }: ItemEpoch, outcome: PublishOutcome | undefined): void {
    const known = this.#returned.get(item);
    if (outcome === "confirmed") {
      if (known && known.epoch <= epoch) this.#returned.delete(item);
    } else if (outcome === "returned") {
      if (known && known.epoch > epoch) return;
      const now = this.clock();
      if (known?.epoch === epoch) known.lastAt = now;
      else this.#returned.set(item, { epoch, firstAt: now, lastAt: now });
    }
  }
}
