import type { Channel, ConsumeMessage } from "amqplib";
import type { DeliveryHandler } from "./order_queue.ts";
import { readDelivery } from "./rabbit_message.ts";

/** The parts of a channel that a shard needs. */
export type ShardChannel = Pick<Channel, "ack">;

/**
 * The deliveries of one shard, handled one after the other, in order, across connections: when the
 * connection is lost while a delivery is in hand, the next one waits until that handler is done.
 */
export class RabbitShard {
  readonly #handler: DeliveryHandler;
  readonly #onFailure: (error: unknown) => void;
  /** Handed out by the broker and not begun: at most the channel's prefetch. */
  #waiting: ConsumeMessage[] = [];
  #channel: ShardChannel | null = null;
  #inHand: Promise<void> | null = null;
  #stopping = false;

  constructor(handler: DeliveryHandler, onFailure: (error: unknown) => void) {
    this.#handler = handler;
    this.#onFailure = onFailure;
  }

  /** Takes deliveries of this channel from now on. */
  attach(channel: ShardChannel): void {
    this.detach();
    this.#channel = channel;
  }

  /** The channel is gone: the broker hands out again what was not acknowledged. */
  detach(): void {
    this.#channel = null;
    this.#waiting = [];
  }

  /** A delivery from a channel; one of an older channel is left to the broker. */
  take(channel: ShardChannel, message: ConsumeMessage): void {
    if (this.#channel !== channel || this.#stopping) return;
    this.#waiting.push(message);
    this.#inHand ??= this.#work();
  }

  /** Begins nothing more; resolves when the delivery in hand is handled and acknowledged. */
  async finish(): Promise<void> {
    this.#stopping = true;
    await this.#inHand;
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      const channel = this.#channel;
      const message = this.#waiting.shift();
      if (!channel || !message) break;
      try {
        await this.#handler(readDelivery(message));
      } catch (error) {
        this.#stopping = true;
        this.#onFailure(error);
        break;
      }
      // On another channel the number of this delivery would name another message.
      if (this.#channel === channel) acknowledge(channel, message);
    }
    this.#inHand = null;
  }
}

function acknowledge(channel: ShardChannel, message: ConsumeMessage): void {
  try {
    channel.ack(message);
  } catch {
    // The channel is closing: the message comes again, to whoever consumes next.
  }
}
