import type { FieldsOf } from "./canonical_line.ts";
import {
  type Check,
  flag,
  hex,
  nullable,
  oneOf,
  positive,
  stockCount,
  text,
  time,
  whole,
} from "./canonical_line.ts";

/** The name and version that a bundle begins with. */
export const BUNDLE_FORMAT = "dropgate-proof";
export const BUNDLE_VERSION = 1;

/** Statuses of a ticket's end; `unpaid` is none yet. */
export const TICKET_STATUSES = [
  "unpaid",
  "paid",
  "cancelled",
  "refused",
  "refund_due",
  "refunded",
] as const;

export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** The invariants that a bundle tells of. */
export const INVARIANTS = ["I1", "I2", "I3", "I4", "I5", "I6"] as const;

export type InvariantId = (typeof INVARIANTS)[number];

/** Characters of a buyer's reference: 96 bits in hex. */
export const BUYER_LENGTH = 24;

/** Characters of 32 bytes as base64url. */
const KEY_LENGTH = 43;

const key: Check<string> = (value) =>
  typeof value === "string" && value.length === KEY_LENGTH && /^[A-Za-z0-9_-]*[AEIMQUYcgkosw048]$/
      .test(value)
    ? null
    : "must be 32 bytes as base64url";

/** The sale. */
export const SALE_RECORD = {
  saleId: positive,
  title: text(255),
  startsAt: time,
  endsAt: time,
  status: oneOf("draft", "published", "closed"),
};

/**
 * Who made the bundle, and when. `full` bundles name buyers, and carry the key of their references;
 * `previousHead` is the head of the sale's bundle before this one.
 */
export const MADE_RECORD = {
  bundle: positive,
  at: time,
  by: text(64),
  final: flag,
  full: flag,
  buyerKey: nullable(key),
  previousHead: nullable(hex(64)),
  publicKey: key,
};

/** An item: its price in minor units, and the highest life of its ledger. */
export const ITEM_RECORD = {
  product: positive,
  name: text(255),
  price: whole,
  currency: text(3),
  perUserLimit: positive,
  stock: stockCount,
  epoch: whole,
};

/**
 * A ticket and its end. `seq` is the number at the ticket's end, by which a buyer finds himself;
 * `buyer` is the same for all tickets of one buyer in this bundle, and says nothing else of him.
 */
export const TICKET_RECORD = {
  seq: positive,
  product: positive,
  buyer: hex(BUYER_LENGTH),
  status: oneOf(...TICKET_STATUSES),
  reason: nullable(text(64)),
  quantity: whole,
  amount: whole,
  recordedAt: time,
  changedAt: time,
};

/** The same in a full bundle. */
export const FULL_TICKET_RECORD = { ...TICKET_RECORD, user: text(64) };

const SUMS = {
  stock: stockCount,
  remaining: stockCount,
  processing: whole,
  unpaid: whole,
  paid: whole,
  cancelled: whole,
  refused: whole,
  refundDue: whole,
  refunded: whole,
};

/**
 * The quantities of an item by the ends of its tickets, with what the ledger has left. `pending` is
 * what the ledger has still to hear of. An item that is `moving` sold while it was counted: nothing
 * follows from its sums. Where `ledger` is false the ledger was gone, long after the sale, and
 * `remaining` is what it would have.
 */
export const ITEM_TOTALS_RECORD = {
  product: positive,
  tickets: whole,
  ...SUMS,
  pending: whole,
  moving: flag,
  ledger: flag,
};

/**
 * The sums over all items. `ok` is true when nothing was found that breaks an invariant; that the
 * books balance it says only where nothing was `moving`, as in a final bundle.
 */
export const TOTALS_RECORD = {
  countedAt: time,
  ok: flag,
  moving: flag,
  tickets: whole,
  ...SUMS,
  violationCount: whole,
};

/** Something that breaks an invariant; `seq` of the ticket, where one is concerned. */
export const VIOLATION_RECORD = {
  invariant: oneOf(...INVARIANTS),
  product: positive,
  seq: nullable(positive),
};

/** The same in a full bundle, with a sentence that may name buyers. */
export const FULL_VIOLATION_RECORD = { ...VIOLATION_RECORD, detail: text(1_000) };

export type BundleSale = FieldsOf<typeof SALE_RECORD>;
export type BundleMade = FieldsOf<typeof MADE_RECORD>;
export type BundleItem = FieldsOf<typeof ITEM_RECORD>;
export type BundleTicket = FieldsOf<typeof TICKET_RECORD> & { user?: string };
export type BundleItemTotals = FieldsOf<typeof ITEM_TOTALS_RECORD>;
export type BundleTotals = FieldsOf<typeof TOTALS_RECORD>;
export type BundleViolation = FieldsOf<typeof VIOLATION_RECORD> & { detail?: string };

/** What a bundle says before its tickets. */
export interface BundleHeader {
  sale: BundleSale;
  made: BundleMade;
  items: BundleItem[];
}

/** What it says after them. */
export interface BundleSummary {
  itemTotals: BundleItemTotals[];
  totals: BundleTotals;
  violations: BundleViolation[];
}
