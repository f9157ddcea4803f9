import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { UnpaidBook } from "../orders/unpaid_book.ts";
import type { Restriction } from "./buy_desk.ts";
import type { SaleRegistry } from "./sale_registry.ts";

/** How often an origin asks who has been barred. */
export const BARRED_INTERVAL_MS = 500;

/**
 * Most barred buyers that one origin remembers: about 95 MB with ids of 12 characters, 160 MB
 * with the longest ones.
 */
const MAX_BARRED = 1_000_000;

/** Barred buyers read at once, and pages of one round; what is left comes in the next round. */
const PAGE = 5_000;
const MAX_PAGES = 400;

/**
 * Ids are given out before their transactions commit, so a lower one may appear after a higher one.
 * Each round therefore reads again what it first saw within this time, but at most so many ids.
 */
const LOOK_BACK_MS = 60_000;
const LOOK_BACK_IDS = 5_000;

/** Everything is read again this often, for whatever took longer than that to commit. */
const READ_ALL_EVERY_MS = 600_000;

/** What the barred buyers are read with. */
export interface BarredParts {
  unpaid: Pick<UnpaidBook, "barredBuyers">;
  registry: Pick<SaleRegistry, "current">;
  clock: Clock;
  log: Log;
  /** Bounds, for tests. */
  maxBarred?: number;
  lookBackIds?: number;
}

/**
 * Who may hold nothing more in a sale, because holds expired too often: read from the database in
 * small steps and kept while it is away. Sales that are over are forgotten. An origin that has just
 * started with the database away bars nobody until it has read once.
 */
export class BarredBuyers {
  readonly #users = new Map<number, Set<string>>();
  #size = 0;
  #full = false;
  /** Everything up to here was read, and read again after `LOOK_BACK_MS`. */
  #settledId = 0;
  #highestId = 0;
  /** The highest id that was known at a time, ms; at most one per round of the last minute. */
  #marks: { atMs: number; id: number }[] = [];
  #readAllAt = -Infinity;

  constructor(readonly parts: BarredParts) {}

  /** What the buyer hears instead of a new reservation in this sale; null when he may buy. */
  restriction(saleId: number, userId: string): Restriction | null {
    return this.#users.get(saleId)?.has(userId) ? "blocked" : null;
  }

  /** Barred buyers that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** Reads who was barred since the last time. @throws {DatabaseError} when it cannot. */
  async refresh(): Promise<void> {
    const nowMs = this.parts.clock();
    this.#followSales(nowMs);
    // A clock that was set back must not put the next reading off for ever.
    const readAll = Math.abs(nowMs - this.#readAllAt) >= READ_ALL_EVERY_MS;
    let afterId = readAll ? 0 : this.#resumeAt(nowMs);
    for (let read = 0; read < MAX_PAGES; read += 1) {
      const page = await this.parts.unpaid.barredBuyers(afterId, PAGE);
      for (const { saleId, userId } of page) this.#add(saleId, userId);
      if (page.length > 0) afterId = page[page.length - 1]!.id;
      this.#highestId = Math.max(this.#highestId, afterId);
      if (page.length < PAGE) break;
    }
    if (readAll) this.#readAllAt = nowMs;
    const last = this.#marks.at(-1);
    if ((last?.id ?? this.#settledId) < this.#highestId) {
      this.#marks.push({ atMs: nowMs, id: this.#highestId });
    }
  }

  /** The id behind which to go on. */
  #resumeAt(nowMs: number): number {
    while (this.#marks.length > 0 && Math.abs(nowMs - this.#marks[0]!.atMs) >= LOOK_BACK_MS) {
      this.#settledId = this.#marks.shift()!.id;
    }
    const { lookBackIds = LOOK_BACK_IDS } = this.parts;
    return Math.max(this.#settledId, this.#highestId - lookBackIds);
  }

  /**
   * Forgets the buyers of sales that are over. A sale that was not running before, say because its
   * end was moved, may have buyers that were left out: everything is read again.
   */
  #followSales(nowMs: number): void {
    const { sales } = this.parts.registry.current();
    const running = new Set<number>();
    for (const { saleId, status, endsAt } of sales) {
      if (status !== "closed" && endsAt > nowMs) running.add(saleId);
    }
    for (const [saleId, users] of this.#users) {
      if (running.has(saleId)) continue;
      this.#users.delete(saleId);
      this.#size -= users.size;
      // There is room again for those that had none.
      if (this.#full) this.#readAllAt = -Infinity;
      this.#full = false;
    }
    for (const saleId of running) {
      if (this.#users.has(saleId)) continue;
      this.#users.set(saleId, new Set());
      this.#readAllAt = -Infinity;
    }
  }

  #add(saleId: number, userId: string): void {
    const users = this.#users.get(saleId);
    if (!users || users.has(userId)) return;
    const { maxBarred = MAX_BARRED, log } = this.parts;
    if (this.#size < maxBarred) {
      users.add(userId);
      this.#size += 1;
      return;
    }
    if (this.#full) return;
    this.#full = true;
    log.error("More than {maxBarred} buyers are barred: the others can buy here", {
      maxBarred,
      alarm: true,
    });
  }
}
