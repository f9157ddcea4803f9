import type { ItemEpoch } from "../../shared/item.ts";
import type { MessageTrail } from "../../shared/message_trail.ts";

/** A captcha pass that an edge has checked: signed by us, for this user and sale. */
export interface WishPass {
  /** 128 random bits as base64url. */
  passId: string;
  /** The end that is signed in it, ms of an edge's clock. */
  expiresAt: number;
  /** True where the sale has more items than this one, since a pass counts once for all of them. */
  isShared: boolean;
}

/** One buyer's wish. `lookupOnly` asks whether the ledger knows the buyer and deducts nothing. */
export interface ReserveRequest {
  userId: string;
  /** The buyer's `Idempotency-Key`, or one made by the edge; 1–64 visible characters. */
  requestId: string;
  /** A positive integer. */
  quantity: number;
  lookupOnly: boolean;
  /** The pass that a new reservation spends; null where the sale asks for none. */
  pass: WishPass | null;
}

/** The wishes for one item, decided in their order; at most 512. */
export interface ReserveBatch extends ItemEpoch {
  requests: ReserveRequest[];
  /** Handed on beside the message, where this ledger's commit is the hand-over. */
  trail?: MessageTrail;
}

/**
 * What the ledger decided about one wish, in this precedence. `pendingMessage` names the message
 * that must be confirmed by the queue before the buyer may be told "reserved"; null when it
 * already was.
 */
export type Decision =
  /** A new reservation, or the one that this request id made before (`repeat`). */
  | {
    kind: "reserved";
    seq: number;
    quantity: number;
    payBy: number;
    repeat: boolean;
    pendingMessage: string | null;
  }
  /** Same user and request id, other quantity. */
  | { kind: "idempotency_mismatch"; seq: number }
  /** Same user and request id; that reservation was released. */
  | { kind: "order_ended"; seq: number }
  /** A look-up that found nothing. */
  | { kind: "unknown_buyer" }
  | { kind: "not_started" }
  | { kind: "ended" }
  | { kind: "paused" }
  /** The user holds a live reservation under another request id. */
  | { kind: "already_bought"; seq: number }
  /** The quantity is above the item's `perUserLimit`. */
  | { kind: "over_limit" }
  | { kind: "sold_out" }
  /**
   * All that was missing is a good pass: this one made a reservation before, or is over. Only a new
   * reservation spends a pass, in the same atomic step, and then it belongs to that wish: user, item
   * and request id. A request that comes again finds its reservation long before its pass is looked
   * at. The wish may spend the same pass again in a later life of the ledger, where its reservation
   * may have been lost, never twice in one.
   */
  | { kind: "captcha_required" };

/** A message that waits in the outbox, with exactly the text to publish. */
export interface OutboxMessage extends ItemEpoch {
  messageId: string;
  content: string;
}

/** What became of a batch. All but `decided` wrote nothing. */
export type ReserveOutcome =
  | {
    kind: "decided";
    decisions: Decision[];
    /** Pieces left afterwards; −1 is unlimited. */
    remaining: number;
    /** Every message that a decision waits for: this batch's own, and unsettled older ones. */
    messages: OutboxMessage[];
  }
  /** Another replication id, another epoch, or no ledger: the item is to be recovered. */
  | { kind: "closed" }
  /** The caller's time was over before the ledger began. */
  | { kind: "late" }
  /** The outbox is full: the queue has to catch up first. */
  | { kind: "busy" };

/** An unsettled message that a relay claimed, and how often one was claimed before. */
export interface ClaimedMessage extends OutboxMessage {
  attempts: number;
}

/** Which messages of an item's outbox to show: at most `limit` (0–200) behind the first `skip`. */
export interface OutboxSlice extends ItemEpoch {
  skip: number;
  limit: number;
}

/** A message whose orders nobody has taken over yet. */
export interface WaitingMessage extends ItemEpoch {
  messageId: string;
  /** When the ledger decided it, ms; 0 when its text does not tell. */
  reservedAt: number;
  /** How often a relay has claimed it. */
  sends: number;
  /** Characters of its text. */
  size: number;
  buyers: number;
}

/** What waits of an item, in all and in one slice, the longest first. */
export interface OutboxPart {
  total: number;
  /** When the ledger decided the one that waits longest, ms; null when none waits. */
  oldestAt: number | null;
  messages: WaitingMessage[];
}

/** Who holds what. `seq` may be of an older epoch than the ledger's. */
export interface Reservation {
  userId: string;
  seq: number;
  quantity: number;
  requestId: string;
  messageId: string;
  /** False for a released reservation, kept so that its request id stays used. */
  live: boolean;
  /** What the buyer was told, ms. */
  payBy: number;
}

/**
 * The conditions under which an item is sold. Times in ms; the window is `startsAt <= now < endsAt`.
 * `version` is the catalog's: terms with a lower one than those in force are left out.
 */
export interface ItemTerms {
  version: number;
  startsAt: number;
  endsAt: number;
  paused: boolean;
  perUserLimit: number;
  paymentWindowMs: number;
}

/** Stock that goes back, once, and only to the ledger of that epoch and for that very seq. */
export interface Release extends ItemEpoch {
  userId: string;
  seq: number;
  /** False drops the reservation and leaves the stock as it is (the ledger was wrong). */
  restock: boolean;
}

/** `not_held`: that seq is not live here (already released, or never held): nothing was done. */
export type ReleaseOutcome = "released" | "not_held" | "closed";

/** An operator's change of stock, applied once per id. A negative delta is all or nothing. */
export interface StockChange extends ItemEpoch {
  changeId: string;
  delta: number;
}

/** `refused`: less than that is unsold. A repeated id gets its first answer again. */
export type StockChangeOutcome = "applied" | "refused" | "closed";

/** What a ledger is opened with. */
export interface Opening extends ItemEpoch {
  /** Pieces left; −1 is unlimited. */
  remaining: number;
  terms: ItemTerms;
}

/**
 * `superseded`: the ledger already has this epoch or a higher one. `replaced`: the server changed
 * its identity, or staged reservations went missing, while the opening was prepared.
 */
export type OpenOutcome = "opened" | "superseded" | "replaced";

/**
 * The decision: who gets a piece. Nothing in it is money or an order; it knows stock, holders and
 * the messages that still have to reach the queue.
 *
 * Every operation throws when the store cannot be reached or answers too late; a caller must then
 * assume that it may have happened.
 */
export interface StockLedger {
  /** False while the store is known to be away: callers then refuse without asking. */
  isUp(): boolean;

  /**
   * Decides batches of different items; each is one atomic step. A batch that is run twice gives
   * the same tickets. `budgetMs` is how long the caller waits: a decision that would come later
   * is not made (`late`).
   *
   * Of two wishes with one shared pass that are decided at the same time, the one that comes second
   * may hear `captcha_required` although the first gets nothing, and while a call fails a shared
   * pass may stay with the wish of that call until it is over. Never does a pass serve two items.
   */
  reserve(batches: ReserveBatch[], budgetMs: number): Promise<ReserveOutcome[]>;

  /** Takes confirmed messages out of the outbox. A message of a closed epoch is left alone. */
  settle(messages: (ItemEpoch & { messageId: string })[]): Promise<void>;

  /**
   * Messages that were in the outbox for `olderThanMs`, counting from the last claim; a claim
   * hides a message from other relays for as long again. At most `limit` per item.
   */
  claimUnsettled(
    items: ItemEpoch[],
    olderThanMs: number,
    limit: number,
  ): Promise<ClaimedMessage[]>;

  /**
   * What was decided and not handed over: the outbox, or, where the decision's commit is the
   * hand-over, what the queue still holds of the item. Null where that epoch is not open. Reads only.
   */
  listOutbox(slices: OutboxSlice[]): Promise<(OutboxPart | null)[]>;

  /** Gives reservations back, each at most once. */
  release(releases: Release[]): Promise<ReleaseOutcome[]>;

  /** Applies operators' stock changes, each at most once. */
  adjust(changes: StockChange[]): Promise<StockChangeOutcome[]>;

  /** Puts new terms in force, or leaves newer ones; false when that epoch is not open here. */
  setTerms(items: (ItemEpoch & { terms: ItemTerms })[]): Promise<boolean[]>;

  /** Pieces left per item (−1 unlimited), null where that epoch is not open. */
  readStock(items: ItemEpoch[]): Promise<(number | null)[]>;

  /** The reservations of some users; null where there is none; "closed" when not open. */
  findReservations(item: ItemEpoch, userIds: string[]): Promise<(Reservation | null)[] | "closed">;

  /**
   * One page of all reservations, live or not: begin with cursor "0" and go on until it is "0"
   * again. A reservation may come twice when the ledger changes meanwhile.
   */
  listReservations(
    item: ItemEpoch,
    cursor: string,
    limit: number,
  ): Promise<{ cursor: string; reservations: Reservation[] } | "closed">;

  /** Closes a ledger that is older than `epoch`, if there is one. */
  close(items: ItemEpoch[]): Promise<void>;

  /** Every message in the outbox of ledgers older than `epoch`. Reads only. */
  salvage(item: ItemEpoch): Promise<OutboxMessage[]>;

  /**
   * Opens one life of an item: the reservations are staged page by page, then swapped in at once.
   * The outbox is empty and numbering begins at 1 afterwards.
   */
  open(opening: Opening, reservations: AsyncIterable<Reservation[]>): Promise<OpenOutcome>;

  /**
   * Removes everything of these items for good: stock, reservations, outbox, remembered changes, and
   * the stages of all epochs up to the given one. To be called after the database has fenced them
   * with that epoch, which nobody opens: nothing is checked here, what was not handed over is lost,
   * and an opening under way could put some of it back. Spent passes may stay until they end by
   * themselves, minutes after the last buy. Where the decision's commit is the hand-over, what the
   * queue holds is the queue's and stays. Can be repeated at any time.
   */
  removeItems(items: ItemEpoch[]): Promise<void>;
}

/** The part of the ledger that the buy path uses. */
export type DecidingLedger = Pick<StockLedger, "isUp" | "reserve" | "settle">;
