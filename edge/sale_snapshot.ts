import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import type { Snapshot, SnapshotSale } from "../shared/internal_api.ts";
import type { KnownLists } from "./lists/known_lists.ts";
import type { OriginCall, OriginPool } from "./origin_pool.ts";
import type { ProductReads } from "./products/product_reads.ts";
import type { Randomness } from "./randomness.ts";
import type { SaleIndex } from "./sale_index.ts";
import type { Timer, Timers } from "./timers.ts";

/** Pause between two snapshots, ±20 % so that edges do not ask in step. */
const POLL_EVERY_MS = 300;
const POLL_TIMEOUT_MS = 1_000;
/** Longest pause while no origin answers. */
const MAX_BACKOFF_MS = 1_000;

/** A snapshot older than this makes the edge unready. */
export const MAX_SNAPSHOT_AGE_MS = 5_000;

/** What the poller needs. */
export interface SaleSnapshotParts {
  pool: OriginPool;
  index: SaleIndex;
  clock: Clock;
  timers: Timers;
  randomness: Randomness;
  log: Log;
  /** Hears of blocked and known customers whenever there is a change. */
  lists: Pick<KnownLists, "version" | "take">;
  /** Hears of the ids of all products whenever there are new ones. */
  products: Pick<ProductReads, "version" | "take">;
  /** Hears the facts whenever they changed. */
  onSales: (sales: SnapshotSale[]) => void;
}

/**
 * Keeps the sale index fresh: asks an origin for the snapshot every 300 ms. While no origin answers
 * the index stays as it is, and the pauses grow to a second.
 */
export class SaleSnapshot {
  readonly #parts: SaleSnapshotParts;
  #version = "";
  #freshAtMs: number | null = null;
  #failures = 0;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #stopped = true;

  constructor(parts: SaleSnapshotParts) {
    this.#parts = parts;
  }

  /** True once a first snapshot was read. */
  get loaded(): boolean {
    return this.#freshAtMs !== null;
  }

  /** The version of the sales in force; empty before the first. */
  get version(): string {
    return this.#version;
  }

  /** How old the newest snapshot is, ms; infinite before the first. */
  ageMs(): number {
    return this.#freshAtMs === null ? Infinity : this.#parts.clock() - this.#freshAtMs;
  }

  /** Asks once, resolves when that is over (at most a second), and goes on asking. */
  async start(): Promise<void> {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#running = this.#run();
    await this.#running;
  }

  /** Waits for the question under way and asks no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) this.#parts.timers.cancel(this.#timer);
    this.#timer = null;
    await this.#running;
  }

  /** Asks once. True when the snapshot was read. */
  async refresh(): Promise<boolean> {
    const { pool, log } = this.#parts;
    try {
      const { status, text } = await pool.callSteadily(this.question());
      if (status !== 200) throw new Error(`status ${status}: ${text.slice(0, 200)}`);
      await this.#apply(JSON.parse(text) as Snapshot);
      this.#failures = 0;
      return true;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) {
        log.warning("Cannot read the snapshot: {error}", { error: String(error) });
      }
      return false;
    }
  }

  /** What origins are asked: for everything that changed since the newest snapshot. */
  question(): OriginCall {
    return {
      method: "GET",
      path: `/internal/snapshot?have=${encodeURIComponent(this.#version)}` +
        `&lists=${encodeURIComponent(this.#parts.lists.version)}` +
        `&products=${encodeURIComponent(this.#parts.products.version)}`,
      timeoutMs: POLL_TIMEOUT_MS,
    };
  }

  async #apply(snapshot: Snapshot): Promise<void> {
    const nowMs = this.#parts.clock();
    // Of the sales that are known, at once: long lists take half a second to read.
    this.#parts.index.applyLive(snapshot.live, nowMs);
    // Before the sales: none is open here for a moment to somebody who is blocked.
    if (snapshot.lists !== undefined) await this.#takeLists(snapshot.lists);
    // Before the sales: a product is known before it is on sale.
    if (snapshot.products) this.#parts.products.take(snapshot.products);
    // An origin from before there were rules sends none.
    for (const sale of snapshot.sales ?? []) sale.claims ??= [];
    if (snapshot.sales) {
      this.#parts.index.replace(snapshot.sales, nowMs);
      this.#parts.index.applyLive(snapshot.live, nowMs);
    }
    this.#freshAtMs = nowMs;
    if (!snapshot.sales) return;
    // Only now: facts that could not be taken in are asked for again.
    this.#version = snapshot.version;
    this.#parts.onSales(snapshot.sales);
  }

  /** Lists that cannot be read must not keep the sales from being read. */
  async #takeLists(lists: unknown): Promise<void> {
    const faults = await this.#parts.lists.take(lists);
    if (faults.length === 0) return;
    this.#parts.log.warning("Cannot read all lists of the snapshot: {faults}", { faults });
  }

  async #run(): Promise<void> {
    await this.refresh();
    if (this.#stopped) return;
    this.#timer = this.#parts.timers.after(this.#pauseMs(), () => {
      this.#running = this.#run();
    });
  }

  #pauseMs(): number {
    const baseMs = Math.min(MAX_BACKOFF_MS, POLL_EVERY_MS * 2 ** Math.min(this.#failures, 4));
    return baseMs * (0.8 + 0.4 * this.#parts.randomness.fraction());
  }
}
