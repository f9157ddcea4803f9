import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import { itemKey } from "../../shared/item.ts";
import type { Log } from "../../shared/log.ts";
import { BatchBuyDesk, type BuyDesk, type Restrict } from "../buy/buy_desk.ts";
import { relayOutbox, type RelayParts } from "../buy/relay_outbox.ts";
import { CatalogRegistry } from "../buy/sale_registry.ts";
import type { Catalog, Sale } from "../catalog/catalog.ts";
import type { DecidingLedger, StockLedger } from "../ledger/stock_ledger.ts";
import type { OrderBook } from "../orders/order_book.ts";
import type { UnpaidBook } from "../orders/unpaid_book.ts";
import type { PaymentBook } from "../payments/payment_book.ts";
import type { OrderQueue, PublishingQueue } from "../queue/order_queue.ts";
import type { RehearsalBook } from "./rehearsal_book.ts";
import type { RehearsalReport, RehearsalStep } from "./rehearsal_report.ts";

/** How often a rehearsal shows that it is carried on. */
const BEAT_MS = 1_000;

/** Pause between two looks at something that workers do. */
const POLL_MS = 100;

/** How long a confirm of a message that was sent again may take. */
const RELAY_TIMEOUT_MS = 5_000;

/** What a rehearsal works with. */
export interface RehearsalParts {
  rehearsals: RehearsalBook;
  catalog: Pick<Catalog, "version">;
  ledger:
    & DecidingLedger
    & Pick<
      StockLedger,
      | "readStock"
      | "listOutbox"
      | "findReservations"
      | "listReservations"
      | "close"
      | "removeItems"
    >;
  queue: PublishingQueue & Pick<OrderQueue, "closeOlderRoutes" | "sendBarrier">;
  /** The relay's parts, or null where the ledger's commit is the hand-over. */
  relay: Pick<RelayParts, "ledger" | "queue" | "book"> | null;
  book: Pick<
    OrderBook,
    "readItems" | "totals" | "pendingStockEvents" | "findOrders" | "listTickets"
  >;
  unpaid: Pick<UnpaidBook, "cancelOrders">;
  payments: Pick<PaymentBook, "takePayment" | "paymentsOf" | "listItemPayments">;
  /** What every buyer may hear instead of an answer, as `busy` behind a long queue. */
  restrict: Restrict;
  /** Has the ledger told of returned stock at once. */
  restoreSoon(): void;
  clock: Clock;
  /** Ms of a clock that never goes back: measures what things take. */
  monotonic(): number;
  /** Waits so many ms. */
  delay(ms: number): Promise<void>;
  log: Log;
}

/** Somebody else has ended this rehearsal, or clears it away: nothing more may be done for it. */
export class RehearsalLostError extends Error {
  override name = "RehearsalLostError";
}

/** A rehearsal while it runs: its copy, its own way to buy, and what it has to tell. */
export class RehearsalStage {
  readonly registry: CatalogRegistry;
  readonly desk: BuyDesk;
  /** The copy that the crowd buys from; set by the first step. */
  copy: Sale | null = null;
  #beatAt = 0;
  #relayedAt = 0;

  constructor(
    readonly rehearsalId: number,
    readonly sale: Sale,
    readonly report: RehearsalReport,
    readonly parts: RehearsalParts,
    readonly signal: AbortSignal,
  ) {
    const { catalog, clock, ledger, queue, restrict, log } = parts;
    // A registry that has the copy alone: no other one ever hears of it.
    this.registry = new CatalogRegistry({
      version: () => catalog.version(),
      publishedSales: async () => {
        const version = await catalog.version();
        const copy = this.copy && await parts.rehearsals.readCopy(this.copy.saleId);
        return { version, sales: copy ? [copy] : [] };
      },
    }, clock);
    this.desk = new BatchBuyDesk({
      ledger,
      queue,
      registry: this.registry,
      restrict,
      clock,
      log,
    });
  }

  /** The copy. @throws before it is made */
  get copySale(): Sale {
    if (!this.copy) throw new Error("Cannot rehearse as the copy must be made first");
    return this.copy;
  }

  /** The key of a product in the copy. */
  itemOf(productId: number): ItemKey {
    return itemKey(this.copySale.saleId, productId);
  }

  /** Runs one step and notes what it took. */
  async run(step: RehearsalStep, work: () => Promise<void>): Promise<void> {
    this.report.step = step;
    const beganAt = this.parts.clock();
    await this.beat(true);
    await work();
    this.report.done.push({ step, tookMs: Math.max(0, this.parts.clock() - beganAt) });
  }

  /** Notes what was counted. */
  check(name: string, ok: boolean, detail: string): void {
    this.report.checks.push({ name, ok, detail });
  }

  /**
   * Shows that the rehearsal is carried on, at most once a second; called between any two waits.
   *
   * @throws {RehearsalLostError} when it is not running any more; the signal's reason when it fired.
   */
  async beat(now = false): Promise<void> {
    this.signal.throwIfAborted();
    const { clock, rehearsals } = this.parts;
    // A clock that was set back must not silence it.
    if (!now && Math.abs(clock() - this.#beatAt) < BEAT_MS) return;
    this.#beatAt = clock();
    if (await rehearsals.keepAlive(this.rehearsalId, this.report)) return;
    throw new RehearsalLostError(`Rehearsal ${this.rehearsalId} is not running any more`);
  }

  /** Waits until something holds, looking again and again. @throws after `timeoutMs` */
  async until(what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += POLL_MS) {
      await this.beat();
      if (await holds()) return;
      await this.parts.delay(POLL_MS);
    }
    throw new Error(`Gave up waiting until ${what} after ${timeoutMs / 1_000} s`);
  }

  /** Sends on, about once a second, what the desk could not hand over. */
  async relay(): Promise<void> {
    const { relay, clock, log } = this.parts;
    if (!relay || Math.abs(clock() - this.#relayedAt) < BEAT_MS) return;
    this.#relayedAt = clock();
    const publishTimeoutMs = RELAY_TIMEOUT_MS;
    await relayOutbox({ ...relay, registry: this.registry, log, publishTimeoutMs });
  }
}
