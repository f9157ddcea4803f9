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
  /** The reservation that a replay made; null without one. */
  replayedTicket: string | null;
  createdAt: number;
  decidedAt: number | null;
}

/** A message that was recorded. */
export interface InboxEntry {
  messageId: string;
  contentHash: string;
  createdAt: number;
}

/** What operators see of messages and decide about them. */
export interface MessageBook {
  /** Parked messages of one state, or of all, newest first. `page` ≥ 1, `per` 1–200. */
  listParked(state: ParkedState | null, page: number, per: number): Promise<Page<ParkedMessage>>;

  getParked(id: number): Promise<ParkedMessage | null>;

  /** Counts a try to replay. */
  countReplay(id: number): Promise<void>;

  /** Moves `parked` to its end, once; false when it has one already. */
  decideParked(
    id: number,
    state: "replayed" | "refused",
    replayedTicket: string | null,
  ): Promise<boolean>;

  /** Recorded messages, newest first. */
  listInbox(page: number, per: number): Promise<Page<InboxEntry>>;
}
