import type { ItemEpoch } from "../../item.ts";
import type {
  Delivery,
  OutboundMessage,
  PublishOutcome,
} from "../../../origin/queue/order_queue.ts";

/**
 * What the wire between an origin and the broker does to one publish. `lost`: it never arrives.
 * `confirm_lost`: it arrives, and nobody hears of it. `late`: it arrives when a test says so.
 */
export type Wire = "good" | "lost" | "confirm_lost" | "late";

/** A delivery that a worker holds. */
export interface HeldDelivery {
  delivery: Delivery;
  /** Only the latest hand-out of a delivery can acknowledge it. */
  tag: number;
}

/** A queue whose deliveries are handed out one by one, when a test says so. */
export interface SteppedBroker {
  /** The queue as a process behind that wire sees it. */
  publish(messages: OutboundMessage[], wire: Wire): Promise<PublishOutcome[]>;
  openRoute(item: ItemEpoch): Promise<void>;
  closeOlderRoutes(item: ItemEpoch): Promise<void>;
  sendBarrier(item: ItemEpoch): Promise<void>;
  /** Hands out the first delivery that is not acknowledged; null when there is none. */
  take(): Promise<HeldDelivery | null>;
  /** Takes it out of the queue; false when it was handed out again meanwhile. */
  acknowledge(held: HeldDelivery): Promise<boolean>;
  /** What waits, in order: message ids, and `barrier <epoch>`. */
  waiting(): Promise<string[]>;
  /** Publishes that are on their way, and may arrive at any time. */
  readonly onTheWay: OutboundMessage[];
  /** Lets one of them arrive, where its route leads by then. */
  arrive(index: number): void;
  /** Begins anew. */
  clear(): void;
}

/** What a test's list shows of a delivery. */
export function nameOf(delivery: Delivery): string {
  return delivery.kind === "barrier" ? `barrier ${delivery.epoch}` : delivery.messageId;
}

/**
 * A small broker with the behaviour that the design rests on: one queue, strictly in order, handed
 * out again until it is acknowledged; a route per epoch, looked at when a publish arrives; a
 * publish without a route is returned.
 */
export class SimulatedBroker implements SteppedBroker {
  readonly onTheWay: OutboundMessage[] = [];
  readonly #routes = new Set<string>();
  #queue: { delivery: Delivery; tag: number }[] = [];
  #tags = 0;

  publish(messages: OutboundMessage[], wire: Wire): Promise<PublishOutcome[]> {
    return Promise.resolve(messages.map((message) => {
      switch (wire) {
        case "good":
          return this.#route(message) ? "confirmed" : "returned";
        case "confirm_lost":
          this.#route(message);
          return "unconfirmed";
        case "late":
          this.onTheWay.push(message);
          return "unconfirmed";
        case "lost":
          return "unconfirmed";
      }
    }));
  }

  openRoute({ item, epoch }: ItemEpoch): Promise<void> {
    this.#routes.add(`${item}.${epoch}`);
    return Promise.resolve();
  }

  closeOlderRoutes({ item, epoch }: ItemEpoch): Promise<void> {
    for (const route of this.#routes) {
      const [of, bound] = route.split(".");
      if (of === item && Number(bound) < epoch) this.#routes.delete(route);
    }
    return Promise.resolve();
  }

  sendBarrier({ item, epoch }: ItemEpoch): Promise<void> {
    this.#queue.push({ delivery: { kind: "barrier", item, epoch }, tag: 0 });
    return Promise.resolve();
  }

  take(): Promise<HeldDelivery | null> {
    const first = this.#queue[0];
    if (!first) return Promise.resolve(null);
    first.tag = this.#tags += 1;
    return Promise.resolve({ delivery: first.delivery, tag: first.tag });
  }

  acknowledge({ tag }: HeldDelivery): Promise<boolean> {
    const at = this.#queue.findIndex((entry) => entry.tag === tag);
    if (at >= 0) this.#queue.splice(at, 1);
    return Promise.resolve(at >= 0);
  }

  waiting(): Promise<string[]> {
    return Promise.resolve(this.#queue.map(({ delivery }) => nameOf(delivery)));
  }

  arrive(index: number): void {
    const [message] = this.onTheWay.splice(index, 1);
    if (message) this.#route(message);
  }

  clear(): void {
    this.onTheWay.length = 0;
    this.#routes.clear();
    this.#queue = [];
  }

  #route({ item, epoch, messageId, content }: OutboundMessage): boolean {
    if (!this.#routes.has(`${item}.${epoch}`)) return false;
    this.#queue.push({ delivery: { kind: "orders", messageId, content }, tag: 0 });
    return true;
  }
}
