import type { ItemEpoch } from "../../shared/item.ts";
import type { MessageTrail } from "../../shared/message_trail.ts";

/** A batch on its way to the worker, with exactly the text that the ledger wrote. */
export interface OutboundMessage extends ItemEpoch {
  messageId: string;
  content: string;
  /** Travels beside the content and is no part of it. */
  trail?: MessageTrail;
}

/**
 * `confirmed`: stored durably and routed to a queue. `returned`: no route for that epoch, so it
 * reached no queue. `unconfirmed`: no confirm in time, or the connection is away; it may have
 * arrived.
 */
export type PublishOutcome = "confirmed" | "returned" | "unconfirmed";

/** What a worker is handed. */
export type Delivery =
  | { kind: "orders"; messageId: string; content: string; trail?: MessageTrail }
  /** All that was confirmed for this item before the barrier was sent has been handed out. */
  | ({ kind: "barrier" } & ItemEpoch);

/**
 * Handles one delivery. When it resolves, the delivery is acknowledged; it must not reject for
 * anything that a later try could mend: while the database is away it waits and holds what it has.
 */
export type DeliveryHandler = (delivery: Delivery) => Promise<void>;

/** A running consumer. */
export interface Consumer {
  /**
   * Stops taking, waits for the delivery in hand (at most `timeoutMs`), then leaves; what was not
   * acknowledged is handed to another worker.
   */
  stop(timeoutMs: number): Promise<void>;
  /** Rejects when the consumer ended by itself because a handler rejected. */
  readonly failed: Promise<never>;
}

/** What waits in the queue. */
export interface QueueDepth {
  ready: number;
  consumers: number;
}

/**
 * The hand-over: a decided batch becomes durable outside the ledger. Items are spread over shards;
 * within a shard, deliveries are handled strictly one after the other, in order, by one worker at
 * a time, again after a crash until they are acknowledged.
 */
export interface OrderQueue {
  /** False while the broker is known to be away or blocks publishers. */
  isUp(): boolean;

  /** Publishes messages and waits at most `timeoutMs` for what the broker says of each. */
  publish(messages: OutboundMessage[], timeoutMs: number): Promise<PublishOutcome[]>;

  /** Lets messages of this epoch of the item reach its queue. Can be repeated. */
  openRoute(item: ItemEpoch): Promise<void>;

  /**
   * Takes the routes of all epochs below this one away. Can be repeated. The caller may know that
   * none below `sinceEpoch` is left, because an opening got that far; then those may be left out.
   */
  closeOlderRoutes(item: ItemEpoch, sinceEpoch?: number): Promise<void>;

  /** Puts a barrier behind everything that was confirmed for the item; resolves once confirmed. */
  sendBarrier(item: ItemEpoch): Promise<void>;

  /** Begins to hand out deliveries of every shard, also after a lost connection. */
  consume(handler: DeliveryHandler): Promise<Consumer>;

  /** What waits, over all shards. */
  depth(): Promise<QueueDepth>;
}

/** The part of the queue that the buy path uses. */
export type PublishingQueue = Pick<OrderQueue, "isUp" | "publish">;
