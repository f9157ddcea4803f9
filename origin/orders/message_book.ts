import type { Page } from "./order_book.ts";

/** What an operator decided about a parked message, `parked` while nobody did. */
export type ParkedState = "parked" | "replayed" | "refused";

/** A message, or one ticket of it, that could not be written. Times in ms. */
export interface ParkedMessage {
  id: number;
  messageId: string;
  /** The one ticket that was poison; null when the whole message is kept. */
  ticket: string | null;
  /** The message's text as it was received. */
  content: string;
  reason: string;
  /** How often an operator replayed it. */
  attempts: number;
  state: ParkedState;
  /** Since when a replay is under way; 0 when the last one had no clear end; null without one. */
  replayingSince: number | null;
  /** The reservation that a replay made; null without one. */
  replayedTicket: string | null;
  createdAt: number;
  decidedAt: number | null;
}

/** The same in a list, where texts of up to 60 KB each would only be in the way. */
export type ParkedSummary = Omit<ParkedMessage, "content">;

/**
 * How a replay ended. `replayed`: its tickets have rows, or a new reservation was made. `failed`:
 * nothing was made. `unsure`: something may have been made, and only another replay can tell.
 */
export type ReplayEnd = "replayed" | "failed" | "unsure";

/** A message that was recorded. */
export interface InboxEntry {
  messageId: string;
  contentHash: string;
  createdAt: number;
}

/** What operators see of messages and decide about them. Lists: `page` ≥ 1, `per` 1–200. */
export interface MessageBook {
  /** Parked messages of one state, or of all, newest first. */
  listParked(state: ParkedState | null, page: number, per: number): Promise<Page<ParkedSummary>>;

  getParked(id: number): Promise<ParkedMessage | null>;

  /** What was parked of one ticket, newest first; at most 20. */
  parkedOf(ticket: string): Promise<ParkedSummary[]>;

  /**
   * Begins a try to replay a message that is still `parked`, counts it, and keeps others from
   * deciding meanwhile. Returns the number of the try, or null when the message is unknown or
   * decided, or another try began less than a minute ago and has not ended.
   */
  beginReplay(id: number): Promise<number | null>;

  /** Ends a try; false when the message was decided, or a later try took over. */
  endReplay(
    id: number,
    attempt: number,
    end: ReplayEnd,
    replayedTicket: string | null,
  ): Promise<boolean>;

  /**
   * Closes a message for good; false when it is unknown or decided, or when a replay is under way
   * or had no clear end: whatever that replay made must not be contradicted.
   */
  refuseParked(id: number): Promise<boolean>;

  /** Recorded messages, newest first. */
  listInbox(page: number, per: number): Promise<Page<InboxEntry>>;
}
