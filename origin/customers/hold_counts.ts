import type { Clock } from "../../shared/clock.ts";
import type { SnapshotLists } from "../../shared/internal_api.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { ExpiredHold, UnpaidBook } from "../orders/unpaid_book.ts";

/** Most buyers whose counts are remembered: about 10 MB. */
const MAX_BUYERS = 100_000;

/** Rows read at once, and pages of one round. */
const PAGE = 5_000;
const MAX_PAGES = 20;

/**
 * Ids are given out before their transactions commit, so a lower one may appear after a higher one.
 * Each round therefore reads again so many ids, about 20 inserts of 256 rows; reading a count twice
 * does no harm.
 */
const LOOK_BACK_IDS = 5_000;

/** What the counts are read with. */
export interface HoldCountsParts {
  unpaid: Pick<UnpaidBook, "expiredHolds">;
  registry: Pick<SaleRegistry, "current">;
  clock: Clock;
  /** For tests. */
  maxBuyers?: number;
}

interface Count {
  saleId: number;
  userId: string;
  count: number;
}

/**
 * How many unpaid holds of each buyer have expired, by sale. Only what is new is read, newest first,
 * and the newest 100,000 buyers are remembered: a sign of suspicion need not be complete. What is
 * left of sales that are over is forgotten first.
 */
export class HoldCounts {
  /** In the order of the last change, oldest first. */
  readonly #counts = new Map<string, Count>();
  #highestId = 0;

  constructor(readonly parts: HoldCountsParts) {}

  /** Buyers that are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  /** Reads what expired since the last time. @throws {DatabaseError} when it cannot. */
  async refresh(): Promise<void> {
    const pages: ExpiredHold[][] = [];
    const afterId = Math.max(0, this.#highestId - LOOK_BACK_IDS);
    let beforeId = Number.MAX_SAFE_INTEGER;
    for (let read = 0; read < MAX_PAGES; read += 1) {
      const page = await this.parts.unpaid.expiredHolds(afterId, beforeId, PAGE);
      pages.push(page);
      if (page.length < PAGE) break;
      beforeId = page[page.length - 1]!.id;
    }
    // Only now, so that a round that failed is read again.
    for (const hold of pages.flat().reverse()) this.#note(hold);
    this.#forgetSome();
  }

  /** Counts of sales that are not over, newest first. */
  current(): SnapshotLists["expiredHolds"] {
    const running = this.#runningSales();
    const counts: SnapshotLists["expiredHolds"] = [];
    for (const { saleId, userId, count } of this.#counts.values()) {
      if (running.has(saleId)) counts.push([saleId, userId, count]);
    }
    return counts.reverse();
  }

  #note({ id, saleId, userId, expired }: ExpiredHold): void {
    this.#highestId = Math.max(this.#highestId, id);
    const key = `${saleId} ${userId}`;
    const known = this.#counts.get(key);
    if (known !== undefined && known.count >= expired) return;
    this.#counts.delete(key);
    this.#counts.set(key, { saleId, userId, count: expired });
  }

  #forgetSome(): void {
    const { maxBuyers = MAX_BUYERS } = this.parts;
    if (this.#counts.size <= maxBuyers) return;
    const running = this.#runningSales();
    for (const [key, { saleId }] of this.#counts) {
      if (!running.has(saleId)) this.#counts.delete(key);
    }
    for (const key of this.#counts.keys()) {
      if (this.#counts.size <= maxBuyers) return;
      this.#counts.delete(key);
    }
  }

  #runningSales(): Set<number> {
    const nowMs = this.parts.clock();
    const running = new Set<number>();
    for (const { saleId, status, endsAt } of this.parts.registry.current().sales) {
      if (status !== "closed" && endsAt > nowMs) running.add(saleId);
    }
    return running;
  }
}
