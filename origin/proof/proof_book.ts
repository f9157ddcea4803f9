import type { ItemKey } from "../../shared/item.ts";
import type { BundleTotals } from "../../shared/proof/bundle_records.ts";
import type { OrderRecord, Page } from "../orders/order_book.ts";
import type { Proof } from "../orders/proof.ts";

/** `making` while a process writes it; both others are for good. */
export type BundleState = "making" | "done" | "failed";

/** What is kept of a bundle beside its text. */
export interface BundleOutcome {
  /** As `GET /admin/api/sales/{id}/proof` told it at that time. */
  proof: Proof;
  totals: BundleTotals;
}

/** A proof bundle. Times in ms. */
export interface BundleEntry {
  id: number;
  saleId: number;
  state: BundleState;
  /** The end of its chain, hex; null until it is done. */
  head: string | null;
  /** The head of the sale's bundle before it. */
  previousHead: string | null;
  publicKey: string;
  /** Tickets written so far. */
  tickets: number;
  ok: boolean;
  /** Names buyers. */
  full: boolean;
  /** The one that a clean-up made, after which nothing of the sale changes. */
  final: boolean;
  madeBy: string;
  createdAt: number;
  finishedAt: number | null;
  outcome: BundleOutcome | null;
  /** Why it failed. */
  reason: string | null;
  /** Its text can be read: it is done, and its text was not dropped since. */
  hasText: boolean;
}

/** A bundle to begin. */
export interface NewBundle {
  saleId: number;
  full: boolean;
  final: boolean;
  publicKey: string;
  madeBy: string;
}

/** What became of a wish to begin one; `busy` names the one that is being made. */
export type BeginResult =
  | { kind: "begun"; bundle: BundleEntry }
  | { kind: "busy"; bundleId: number }
  | { kind: "not_found" };

/** A key that signed, or may sign, and since when. */
export interface ProofKeyEntry {
  publicKey: string;
  createdAt: number;
}

/** A row as a bundle tells of it. Times in ms. */
export interface TicketEnd {
  id: number;
  seq: number;
  productId: number;
  userId: string;
  status: OrderRecord["status"];
  reason: string | null;
  quantity: number;
  amount: number;
  createdAt: number;
  updatedAt: number;
}

/** The part of a bundle's text that is its page for people; 1 and on are its JSON. */
export const PAGE_PART = 0;

/** After this time without a sign a bundle that is being made is given up, ms. */
export const MAKING_LEASE_MS = 60_000;

/** Bundles of a sale whose text is kept, the newest ones; final ones are kept beside them. */
export const KEPT_TEXTS = 5;

/**
 * Proof bundles and what they are made of. A bundle that is done never changes; of old ones only the
 * text goes, and the head that others follow stays. Operations throw
 * `DatabaseError` when they did not happen.
 */
export interface ProofBook {
  /** Begins a bundle, one at a time per sale; one whose maker died is given up by this. */
  begin(bundle: NewBundle): Promise<BeginResult>;

  /**
   * Adds a piece of text of at most a million characters. False, and nothing was added, when the
   * bundle was given up meanwhile.
   */
  addPart(bundleId: number, part: number, body: string, tickets: number): Promise<boolean>;

  /** Says that a bundle is still being made. False when it was given up, or is over. */
  stayAlive(bundleId: number): Promise<boolean>;

  /** Ends a bundle; false when it was given up meanwhile. */
  finish(
    bundleId: number,
    end: { head: string; tickets: number; ok: boolean; outcome: BundleOutcome },
  ): Promise<boolean>;

  /** Ends a bundle that could not be made, and removes its text. */
  fail(bundleId: number, reason: string): Promise<void>;

  /**
   * Drops some of the text of a sale's bundles beyond the newest `KEPT_TEXTS`, those of a clean-up left
   * aside. True while there may be more.
   */
  dropText(saleId: number): Promise<boolean>;

  get(bundleId: number): Promise<BundleEntry | null>;

  /** Bundles of a sale, newest first. `page` ≥ 1, `per` 1–200. */
  list(saleId: number, page: number, per: number): Promise<Page<BundleEntry>>;

  /** A piece of text; null when there is none of that number. */
  readPart(bundleId: number, part: number): Promise<string | null>;

  /** What a clean-up kept of a sale; null while the sale was not cleaned up. */
  keptProof(saleId: number): Promise<Proof | null>;

  /** Remembers a public key, once. */
  addKey(publicKey: string): Promise<void>;
  /** Every key that was remembered, oldest first; at most 1,000. */
  keys(): Promise<ProofKeyEntry[]>;

  /** How many rows a sale has. */
  countTickets(saleId: number): Promise<number>;
  /** Ids and seqs of an item's rows in the order of ids, at most 10,000 behind `afterId`. */
  listSeqs(item: ItemKey, afterId: number, limit: number): Promise<[id: number, seq: number][]>;
  /** Rows by their ids, at most 1,000, in the order asked. @throws when one is missing */
  readTickets(ids: number[]): Promise<TicketEnd[]>;
}
