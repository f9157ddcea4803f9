import { z } from "zod";
import { REQUEST_ID_PATTERN, USER_ID_PATTERN } from "./ticket.ts";
import type { ClaimRule, Claims } from "./claims.ts";
import type { CaptchaPolicy, SaleLimits } from "./sale.ts";

/**
 * What edge and origin say to each other. Every call carries the shared key and is safe to run
 * twice, because a pooled connection that dies may send a POST again.
 *
 *     POST /internal/buys                     InternalBuys → InternalAnswers
 *     GET  /internal/snapshot?have=VERSION&lists=VERSION&products=VERSION → Snapshot
 *     GET  /internal/products/:id             → ProductView, or 404 not_found
 *     GET  /internal/orders/:ticket?userId=   → OrderView, or 404 not_found
 *     GET  /internal/orders?userId=&page=&per=→ {items: OrderView[], page, per, total}
 *     POST /internal/orders/:ticket/payment   {userId, returnUrl} → 201 {paymentId, redirectUrl}
 *     POST /internal/orders/:ticket/cancel    {userId} → OrderView
 *     POST /internal/payments/webhook         a notification, byte for byte, with its headers
 *     POST /internal/report                   ProcessReport of an edge → 204
 *     GET  /internal/sandbox/:link            → SandboxView (sandbox only)
 *     POST /internal/sandbox/:link            {action} → {notices: SandboxNotice[]} (sandbox only)
 */
export const EDGE_KEY_HEADER = "dropgate-edge-key";

/** How long an edge still waits for an answer, ms: a batch has it in its body, other calls here. */
export const DEADLINE_HEADER = "dropgate-deadline-ms";

/** Carried by answers of a process that drains: whoever can should turn to another one. */
export const DRAINING_HEADER = "dropgate-draining";

/** Most buys that travel in one call. */
export const MAX_BUYS_PER_BATCH = 512;

const positiveId = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** Ids of captcha passes: 128 random bits as base64url. */
export const PASS_ID_PATTERN = /^[A-Za-z0-9_-]{22}$/;

const buyFields = [
  positiveId,
  positiveId,
  z.string().regex(USER_ID_PATTERN),
  z.number().int().min(1).max(1_000_000_000),
  z.string().regex(REQUEST_ID_PATTERN),
  z.union([z.literal(0), z.literal(1)]),
] as const;

/**
 * One buy: sale, product, user, quantity, request id, and 1 when the caller only asks whether the
 * ledger knows this buyer (nothing is ever deducted for such a look-up). Where the sale asked for
 * the slider, the id of the captcha pass and its end, ms, follow: the edge has checked its signature,
 * user and sale; the ledger spends it together with the deduction.
 */
export const internalBuySchema = z.union([
  z.tuple([...buyFields]),
  z.tuple([...buyFields, z.string().regex(PASS_ID_PATTERN), positiveId]),
]);

/** A batch of buys, and how long its sender will wait for the answer. */
export const internalBuysSchema = z.object({
  v: z.literal(1),
  budgetMs: z.number().int().min(1).max(30_000),
  buys: z.array(internalBuySchema).min(1).max(MAX_BUYS_PER_BATCH),
});

export type InternalBuy = z.infer<typeof internalBuySchema>;
export type InternalBuys = z.infer<typeof internalBuysSchema>;

/** What became of one buy. Times in ms. */
export type BuyAnswer =
  | { outcome: "reserved"; ticket: string; payBy: number; repeat: boolean }
  | { outcome: "processing"; ticket: string }
  | { outcome: "already_bought" | "order_ended" | "idempotency_mismatch"; ticket: string }
  | {
    outcome:
      | "sold_out"
      | "not_started"
      | "ended"
      | "paused"
      | "busy"
      | "blocked"
      | "captcha_required"
      | "unavailable"
      | "invalid"
      | "unknown_item";
  }
  /** Only for a look-up: the ledger does not know this buyer. */
  | { outcome: "unknown_buyer" };

/** The answers, in the order of the buys, and the stock that was left afterwards. */
export interface InternalAnswers {
  answers: BuyAnswer[];
  stock: { saleId: number; productId: number; stock: number }[];
}

/** A product as the pages show it. */
export interface SnapshotProduct {
  productId: number;
  name: string;
  subtitle: string;
  description: string;
  images: string[];
}

/** A product in a sale, without its live stock. */
export interface SnapshotItem {
  productId: number;
  price: number;
  currency: string;
  perUserLimit: number;
  /** What was put on sale; −1 is unlimited. */
  stock: number;
  product: SnapshotProduct;
}

/** A published sale. Times in ms. */
export interface SnapshotSale {
  saleId: number;
  title: string;
  startsAt: number;
  endsAt: number;
  /** Closed by the operator: over for good, whatever `endsAt` says. */
  closed: boolean;
  /** Paused by the operator. */
  paused: boolean;
  minLevel: number;
  captcha: CaptchaPolicy;
  limits: SaleLimits;
  /** All of them must be met, beside `minLevel`. */
  claims: ClaimRule[];
  paymentWindowS: number;
  items: SnapshotItem[];
}

/** What changes with every buy. */
export interface LiveItem {
  saleId: number;
  productId: number;
  /** Pieces left; −1 is unlimited; null while the ledger is closed or away. */
  stock: number | null;
  /** When the last piece went, ms; left out while there are some, or when nobody knows. */
  soldOutAt?: number;
  /** When the next unpaid order ends, ms, so that a piece may come back; left out without one. */
  mayReturnAt?: number;
}

/** Whom operators keep out, and what the user table says of customers. All of it is bounded. */
export interface SnapshotLists {
  version: string;
  /** At most 100,000. */
  blockedUsers: string[];
  /** At most 10,000, normalised: `203.0.113.0/24`, `2001:db8::/32`. */
  blockedCidrs: string[];
  /** At most 100,000: user id, level and claims; a null leaves what the shop's token says. */
  users: [userId: string, level: number | null, claims: Claims | null][];
  /** At most 100,000, newest first: unpaid holds that expired in sales that are not over. */
  expiredHolds: [saleId: number, userId: string, count: number][];
}

/** The lists that have changed; what is left out is still as the caller knows it. */
export type ChangedLists = Pick<SnapshotLists, "version"> & Partial<SnapshotLists>;

/** A Bloom filter over the ids of all products; with 0 hashes there is none, so many there are. */
export interface SnapshotProducts {
  version: string;
  /** Base64. */
  bits: string;
  hashes: number;
}

/** All that an edge knows. What the caller's version equals is left out. */
export interface Snapshot {
  version: string;
  serverNow: number;
  sales?: SnapshotSale[];
  lists?: ChangedLists;
  products?: SnapshotProducts;
  live: LiveItem[];
}

/** A product as `/api/products/{productId}` shows it, in a sale or not. */
export interface ProductView extends SnapshotProduct {
  price: number;
  currency: string;
}

/** The end of a ticket, or where it is on its way. */
export type OrderStatus =
  | "processing"
  | "unpaid"
  | "paid"
  | "cancelled"
  | "refused"
  | "refund_due"
  | "refunded";

/** An order as its buyer sees it. Times are ISO 8601; the amount is in minor units. */
export interface OrderView {
  ticket: string;
  receipt: string;
  saleId: number;
  productId: number;
  quantity: number;
  amount: number;
  currency: string;
  status: OrderStatus;
  payBy?: string;
  reason?: string;
}

/** A sandbox payment and where its order stands; nulls while nobody can tell. */
export interface SandboxView {
  ticket: string;
  saleId: number;
  paymentId: string;
  /** Minor units of `currency`. */
  amount: number;
  currency: string;
  status: OrderStatus | null;
  payBy: string | null;
  serverNow: string;
}

/** What a buyer can do on the sandbox's page. */
export const SANDBOX_ACTIONS = ["pay", "pay_twice", "wrong_amount"] as const;

export type SandboxAction = (typeof SANDBOX_ACTIONS)[number];

/** A notification that the sandbox sent, and what became of it. */
export interface SandboxNotice {
  paymentId: string;
  amount: number;
  currency: string;
  /** `applied`, `known`, `stored`, `refund_due`, `wrong_amount`, … */
  outcome: string;
}
