import type { ItemEpoch } from "../../shared/item.ts";
import type { PublishedSale, Sale } from "../catalog/catalog.ts";
import type { Page } from "../orders/order_book.ts";
import type { RehearsalReport } from "./rehearsal_report.ts";

/** Where a rehearsal stands. It is `running` until nothing of its copy is left. */
export type RehearsalState = "running" | "passed" | "failed";

/** A rehearsal on record. Times in ms. */
export interface RehearsalRecord {
  rehearsalId: number;
  saleId: number;
  /** The copy that its crowd buys from; null before it is made. */
  copySaleId: number | null;
  state: RehearsalState;
  report: RehearsalReport;
  startedBy: string;
  createdAt: number;
  /** When whoever carries it on was last heard of. */
  aliveAt: number;
  finishedAt: number | null;
  /** When nothing of the copy was left; null while there may be something. */
  removedAt: number | null;
}

/** What a copy is made of: the sale with the stock of the rehearsal. */
export type CopyFields = Omit<Sale, "saleId" | "status" | "paused">;

/** An item of a copy that is withdrawn, with the epoch that fences it. */
export interface WithdrawnItem extends ItemEpoch {
  /** False when no epoch was ever begun: it has no ledger, no routes and no messages. */
  wasOpened: boolean;
}

/**
 * The record of rehearsals and of the copies that they sell from. Operations are one transaction
 * each, and all can be repeated.
 */
export interface RehearsalBook {
  /** Begins one; null while another runs or waits to be cleared away, in the whole installation. */
  begin(saleId: number, startedBy: string, report: RehearsalReport): Promise<number | null>;

  /** Makes the copy, published; null when the rehearsal is not running any more. */
  makeCopy(rehearsalId: number, fields: CopyFields): Promise<number | null>;

  /** The copy as the buy path needs it, without products; null when it is gone. */
  readCopy(copySaleId: number): Promise<PublishedSale | null>;

  /** Shows that it is carried on, and how far; false when it is not running any more. */
  keepAlive(rehearsalId: number, report: RehearsalReport): Promise<boolean>;

  /** Ends one that is running; false when somebody else has. */
  finish(
    rehearsalId: number,
    state: "passed" | "failed",
    report: RehearsalReport,
  ): Promise<boolean>;

  get(rehearsalId: number): Promise<RehearsalRecord | null>;

  /** Those of a sale, newest first. `page` ≥ 1, `per` 1–200. */
  list(saleId: number, page: number, per: number): Promise<Page<RehearsalRecord>>;

  /** Those that nobody has carried on since then and whose copy may still be there; at most 10. */
  abandoned(beforeMs: number): Promise<RehearsalRecord[]>;

  /**
   * Takes one over to clear it away: it fails, so that whoever ran it stops. False when another
   * process has been faster, or the one that ran it lives.
   */
  takeOver(rehearsalId: number, aliveAt: number): Promise<boolean>;

  /** Shows that its copy is being cleared away. */
  keepClearing(rehearsalId: number): Promise<void>;

  /** Fences the copy: no worker opens its items any more, and whoever is at it loses its token. */
  withdrawCopy(copySaleId: number): Promise<WithdrawnItem[]>;

  /** True while a worker is at opening the item. */
  isBeingOpened(item: WithdrawnItem): Promise<boolean>;

  /** Removes some of what the copy's orders left; false when there was nothing more. */
  removeSome(copySaleId: number): Promise<boolean>;

  /** Removes the copy itself and says so on record; false while there are still orders of it. */
  removeCopy(rehearsalId: number, copySaleId: number): Promise<boolean>;
}
