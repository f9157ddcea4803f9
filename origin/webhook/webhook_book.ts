import type { FeedEvent, FeedLag, FeedPlace } from "../feed/order_feed.ts";
import type { Page } from "../orders/order_book.ts";

/** Most events of one delivery. */
export const EVENTS_PER_DELIVERY = 100;

/** Tries of a delivery before it is given up: about half an hour. */
export const MAX_DELIVERY_TRIES = 15;

/** The pause after the first failed try, ms; it doubles with each one, up to the longest. */
export const FIRST_DELIVERY_PAUSE_MS = 1_000;
export const LONGEST_DELIVERY_PAUSE_MS = 300_000;

/** The events that are sent together, which stay the same ones for every try. */
export interface WebhookDelivery {
  /** The same for every try, and when an operator has it sent again. */
  deliveryId: string;
  /** The place behind which they begin, and the place of the last one. */
  after: FeedPlace;
  until: FeedPlace;
  /** May be fewer than it was made of, when events were cleaned up since. */
  events: FeedEvent[];
  /** Tries so far. */
  attempts: number;
}

/** A delivery that was given up. Times in ms. */
export interface WebhookFailure {
  id: number;
  deliveryId: string;
  eventCount: number;
  attempts: number;
  error: string;
  /** `waiting`: it is to be sent again. */
  state: "failed" | "waiting" | "sent";
  createdAt: number;
  updatedAt: number;
}

/** How far the shop has been told. Times in ms. */
export interface WebhookStatus {
  /** Where workers send to, without its query; null when none has an address. */
  url: string | null;
  /** When a worker that sends was seen last. */
  seenAt: number | null;
  /** Tries of the delivery that is under way. */
  attempts: number;
  nextTryAt: number;
  lastError: string | null;
  deliveredAt: number | null;
  lag: FeedLag;
  /** Deliveries that were given up and not sent since. */
  failed: number;
}

/** How a test went. */
export interface TestAnswer {
  delivered: boolean;
  /** What the shop answered, or why there is no answer. */
  detail: string;
  tookMs: number;
}

/** What workers and operators keep of telling the shop. */
export interface WebhookBook {
  /** A worker tells that it runs, and where it sends to; null: nowhere. */
  beat(url: string | null): Promise<void>;

  status(): Promise<WebhookStatus>;

  /** Deliveries that were given up, newest first. `page` ≥ 1, `per` 1–200. */
  listFailures(page: number, per: number): Promise<Page<WebhookFailure>>;

  getFailure(id: number): Promise<WebhookFailure | null>;

  /** Has a delivery that was given up sent again; false when there is none of that id to send. */
  resend(id: number): Promise<boolean>;

  /** Asks for a test; false while no webhook is known. */
  askTest(testId: string): Promise<boolean>;

  /** The answer to a test, null until there is one. */
  readTest(testId: string): Promise<TestAnswer | null>;
}

/** What a worker that tells the shop works with besides. */
export interface SenderBook extends WebhookBook {
  /** True when there is a delivery to try now, or one to send again. Cheap, without a lock. */
  hasWork(): Promise<boolean>;

  /** Runs `work` while no other process tells the shop; false when one does. */
  withSenderLock(work: () => Promise<void>): Promise<boolean>;

  /** The delivery that is due; null when there is none or its time has not come. */
  nextDelivery(): Promise<WebhookDelivery | null>;

  /** The shop has it: what comes behind it is next. */
  delivered(delivery: WebhookDelivery): Promise<void>;

  /** Writes a failed try down; the next one is due after `pauseMs`. */
  failed(delivery: WebhookDelivery, error: string, pauseMs: number): Promise<void>;

  /** Gives a delivery up after its last try and goes on behind it. */
  giveUp(delivery: WebhookDelivery, error: string): Promise<void>;

  /** A delivery that an operator wants sent again. */
  nextResend(): Promise<{ failureId: number; delivery: WebhookDelivery } | null>;

  /** Writes down how sending again went; null: the shop has it. */
  finishResend(failureId: number, error: string | null): Promise<void>;

  /** The test that somebody asked for; every test is handed out once. */
  takeTest(): Promise<string | null>;

  answerTest(testId: string, answer: TestAnswer): Promise<void>;
}

/** The pause after so many failed tries, ms; `random` from 0 to 1 takes up to a third of it away. */
export function deliveryPauseMs(tries: number, random: number): number {
  const full = Math.min(LONGEST_DELIVERY_PAUSE_MS, FIRST_DELIVERY_PAUSE_MS * 2 ** (tries - 1));
  return Math.max(FIRST_DELIVERY_PAUSE_MS, Math.round(full * (1 - random / 3)));
}
