import type { OrderRecord } from "../orders/order_book.ts";
import type { EventKind } from "./order_events.ts";

/**
 * A place in the feed, behind an event: the row of `order_event` that it is in, and which of the
 * row's orders it is about, from 0.
 */
export interface FeedPlace {
  position: number;
  index: number;
}

/** Before the first event. */
export const FEED_START: FeedPlace = { position: 0, index: 0 };

/** Something that happened to an order. Times in ms. */
export interface FeedEvent {
  place: FeedPlace;
  kind: Exclude<EventKind, "refused">;
  at: number;
  /** The order as it is by now; what `kind` says was its status then. */
  order: OrderRecord;
}

/** A part of the feed. */
export interface FeedPage {
  events: FeedEvent[];
  /** Where to go on. */
  next: FeedPlace;
}

/** How much of the feed is behind a place. */
export interface FeedLag {
  events: number;
  /** True when there are more than were counted. */
  more: boolean;
  /** When the first of them happened, ms; null without one. */
  oldestAt: number | null;
}

/** Most events of one page. */
export const MAX_FEED_EVENTS = 1_000;

/**
 * What happened to orders, in an order that never changes. The events of one order come in the order
 * in which they happened; none is left out, and each may be read any number of times.
 */
export interface OrderFeed {
  /**
   * The events behind a place, at most `limit` (1 to 1,000). Events that may still be joined by an
   * earlier one are held back for up to 15 s. `until` is where an earlier read ended: what it read
   * comes again, and nothing behind it.
   */
  read(after: FeedPlace, limit: number, until?: FeedPlace | null): Promise<FeedPage>;

  /** How many events are behind a place. */
  lag(after: FeedPlace): Promise<FeedLag>;
}

/** A place as text: the id of its event, or `0` for the start. */
export function formatPlace({ position, index }: FeedPlace): string {
  return position === 0 ? "0" : `${position}-${index}`;
}

/** The place of a text, or null for what is none. */
export function parsePlace(text: string): FeedPlace | null {
  if (text === "0") return FEED_START;
  const match = /^([1-9]\d{0,14})-(0|[1-9]\d{0,3})$/.exec(text);
  return match && { position: Number(match[1]), index: Number(match[2]) };
}
