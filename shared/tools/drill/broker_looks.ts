import { Buffer } from "node:buffer";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import type { Stage } from "./drill.ts";

/** How long the broker may take for an answer. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Queues over which a system spreads its items. */
const ORDER_QUEUES = 4;

/** A hand on the broker: a connection of the drill's own, past every link. */
export class BrokerHand {
  /** True while the broker blocks this connection for having published. */
  isBlocked = false;
  #stray = 0;

  private constructor(
    readonly stage: Stage,
    readonly model: ChannelModel,
    readonly channel: ConfirmChannel,
  ) {
    model.on("blocked", () => this.isBlocked = true);
    model.on("unblocked", () => this.isBlocked = false);
    model.on("error", () => {});
    channel.on("error", () => {});
    channel.on("return", () => this.#stray += 1);
  }

  /** Runs `work` with a connection that ends with it. */
  static async use(stage: Stage, work: (hand: BrokerHand) => Promise<void>): Promise<void> {
    const model = await connect(stage.servers.amqp.url, { timeout: ANSWER_TIMEOUT_MS });
    try {
      await work(new BrokerHand(stage, model, await model.createConfirmChannel()));
    } finally {
      await model.close().catch(() => {});
    }
  }

  get exchange(): string {
    return `${this.stage.namespace}.buys`;
  }

  get queues(): string[] {
    return Array.from(
      { length: ORDER_QUEUES },
      (_, shard) => `${this.stage.namespace}.orders.${shard}`,
    );
  }

  /** Takes the route of an epoch of the item away, whichever queue it leads to. */
  async unbind(epoch: number): Promise<void> {
    const key = this.#keyOf(epoch);
    for (const queue of this.queues) await this.channel.unbindQueue(queue, this.exchange, key);
  }

  /**
   * True when what is published for an epoch comes back. Asks for nothing else: a probe that finds a
   * route would leave a message in the queue, so it asks for the epoch only once it is unbound.
   */
  async isReturned(epoch: number): Promise<boolean> {
    const before = this.#stray;
    // Empty, persistent or not: nobody shall ever read it.
    this.channel.publish(this.exchange, this.#keyOf(epoch), Buffer.alloc(0), { mandatory: true });
    await this.channel.waitForConfirms();
    return this.#stray > before;
  }

  /** Publishes into nowhere, which is what makes the broker block a connection under an alarm. */
  publishNowhere(): void {
    this.channel.publish("", `${this.stage.namespace}.nowhere`, Buffer.alloc(0));
  }

  #keyOf(epoch: number): string {
    const { saleId, productId } = this.stage.sale;
    return `${saleId}-${productId}.${epoch}`;
  }
}
