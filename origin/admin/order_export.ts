import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { OrderFilter } from "../orders/order_book.ts";
import type { ExportCursor, ExportStep, OrderReader } from "../orders/order_reader.ts";
import { BYTE_ORDER_MARK, CSV_HEAD, csvLines } from "./order_csv.ts";

/** Exports of one origin that run at once: each keeps the database busy. */
export const MAX_EXPORTS = 4;

/** An export that nobody has read from for so long may be ended when another one wants its place. */
export const STALLED_AFTER_MS = 60_000;

/** What exports work with. */
export interface ExportParts {
  book: Pick<OrderReader, "exportOrders">;
  clock: Clock;
  log: Log;
}

/** How an export is written. */
export interface ExportForm {
  /** Begins with a byte order mark, for spreadsheets. */
  bom: boolean;
}

/** An export on its way. */
interface Running {
  askedAt: number;
  end(error: Error): void;
}

/**
 * Orders as CSV, read step by step as somebody takes them: whatever the number of orders, one step
 * is in memory. An export whose reader has gone is over at once.
 */
export class OrderExports {
  readonly #running = new Set<Running>();

  constructor(readonly parts: ExportParts) {}

  /** Exports that run now. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * Begins an export; null when too many run. The first step is read before anything is answered.
   *
   * @throws {DatabaseError} when the order book is away. Later it ends the stream with an error, so
   * that nobody takes a part for the whole.
   */
  async open(filter: OrderFilter, form: ExportForm): Promise<ReadableStream<Uint8Array> | null> {
    const run = this.#takePlace();
    if (run === null) return null;
    try {
      const first = await this.parts.book.exportOrders(filter, null);
      return this.#stream(run, filter, form, first);
    } catch (error) {
      this.#running.delete(run);
      throw error;
    }
  }

  /** A place, if there is one, or that of an export that nobody reads any more. */
  #takePlace(): Running | null {
    const now = this.parts.clock();
    if (this.#running.size >= MAX_EXPORTS) {
      const stalled = [...this.#running].find(({ askedAt }) => now - askedAt > STALLED_AFTER_MS);
      if (stalled === undefined) return null;
      this.#running.delete(stalled);
      stalled.end(new Error(`Nobody read this export for ${STALLED_AFTER_MS} ms`));
    }
    const run: Running = { askedAt: now, end: () => {} };
    this.#running.add(run);
    return run;
  }

  #stream(run: Running, filter: OrderFilter, { bom }: ExportForm, first: ExportStep) {
    const encoder = new TextEncoder();
    let head = (bom ? BYTE_ORDER_MARK : "") + CSV_HEAD;
    let step: ExportStep | null = first;
    let cursor: ExportCursor | null = null;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        run.end = (error) => controller.error(error);
      },
      pull: async (controller) => {
        run.askedAt = this.parts.clock();
        try {
          step ??= await this.#next(run, filter, cursor);
        } catch (error) {
          this.#running.delete(run);
          this.parts.log.error("An export of orders broke off: {error}", { error: String(error) });
          throw error;
        }
        if (!this.#running.has(run)) return;
        const text = head + csvLines(step.orders);
        head = "";
        cursor = step.next;
        step = null;
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (cursor !== null) return;
        this.#running.delete(run);
        controller.close();
      },
      cancel: () => {
        this.#running.delete(run);
      },
    }, { highWaterMark: 0 });
  }

  /** The next step that has orders in it, or the last one; none once the reader has gone. */
  async #next(run: Running, filter: OrderFilter, cursor: ExportCursor | null): Promise<ExportStep> {
    let step = await this.parts.book.exportOrders(filter, cursor);
    while (step.orders.length === 0 && step.next !== null && this.#running.has(run)) {
      step = await this.parts.book.exportOrders(filter, step.next);
    }
    return step;
  }
}
