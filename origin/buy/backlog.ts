import type { Log } from "../../shared/log.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import type { Restriction } from "./buy_desk.ts";

/**
 * Messages of the queue that may wait before new wishes hear `busy`. At 512 orders a message these
 * are ten million buys; a worker writes them within minutes once it can.
 */
export const DEFAULT_MAX_QUEUED_MESSAGES = 20_000;

/** How often an origin asks how long the queue is. */
export const BACKLOG_INTERVAL_MS = 1_000;

/** The part of the limit below which wishes are taken again, so that the answer does not flicker. */
const OPEN_AGAIN = 0.8;

/** What the watching of the backlog works with. */
export interface BacklogParts {
  queue: Pick<OrderQueue, "depth">;
  /** Messages; over it, new wishes hear `busy`. */
  maxQueuedMessages: number;
  log: Log;
}

/**
 * Keeps what waits behind the buyers bounded: while workers or the order book are away, the queue
 * may grow up to a limit, and nothing is deducted above it. What an origin knows is at most as old
 * as its last question; while the broker cannot be asked it stays as it was, since buys are refused
 * then anyway.
 */
export class Backlog {
  #over = false;

  constructor(readonly parts: BacklogParts) {}

  /** Messages that may wait before new wishes hear `busy`. */
  get limit(): number {
    return this.parts.maxQueuedMessages;
  }

  /** True while new wishes are refused. */
  isOver(): boolean {
    return this.#over;
  }

  /** What a buyer hears for that reason; null while there is room. */
  restriction(): Restriction | null {
    return this.#over ? "busy" : null;
  }

  /** Asks how long the queue is. @throws when it cannot be asked: nothing changes then. */
  async refresh(): Promise<void> {
    const { queue, maxQueuedMessages, log } = this.parts;
    const { ready } = await queue.depth();
    const limit = this.#over ? maxQueuedMessages * OPEN_AGAIN : maxQueuedMessages;
    const over = this.#over ? ready >= limit : ready > limit;
    if (over === this.#over) return;
    this.#over = over;
    if (over) {
      log.error("{ready} messages wait, more than {maxQueuedMessages}: new buys hear busy", {
        ready,
        maxQueuedMessages,
        alarm: true,
      });
    } else {
      log.info("{ready} messages wait: buys are taken again", { ready });
    }
  }
}
