import type { Channel } from "amqplib";
import { withDeadline } from "../../shared/shutdown.ts";
import type { Consumer, DeliveryHandler } from "./order_queue.ts";
import type { BrokerSession } from "./rabbit_broker.ts";
import { type LinkSettings, RabbitLink } from "./rabbit_link.ts";
import { RabbitShard } from "./rabbit_shard.ts";
import { declareTopology, type Topology } from "./rabbit_topology.ts";

/** For the goodbyes of channels and connection, after the handlers are done. */
const LEAVE_MS = 2_000;

/** What a consumer works with. */
export interface ConsumerSettings extends Omit<LinkSettings, "setUp" | "tearDown"> {
  topology: Topology;
  /** Deliveries that the broker sends ahead, per shard. */
  prefetch: number;
}

/**
 * Consumes every shard over a connection of its own, so that publishers that the broker blocks do
 * not keep acknowledgements back. One channel per shard.
 */
export class RabbitConsumer implements Consumer {
  readonly failed: Promise<never>;
  readonly #settings: ConsumerSettings;
  readonly #shards: RabbitShard[];
  readonly #link: RabbitLink;
  readonly #fail: (error: unknown) => void;
  #channels: Channel[] = [];
  #leaving: Promise<void> | null = null;

  constructor(settings: ConsumerSettings, handler: DeliveryHandler) {
    this.#settings = settings;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => {});
    this.failed = promise;
    this.#fail = reject;
    this.#shards = settings.topology.queues.map(() =>
      new RabbitShard(handler, (error) => {
        this.#fail(error);
        void this.#leave();
      })
    );
    this.#link = new RabbitLink({
      ...settings,
      setUp: (session) => this.#setUp(session),
      tearDown: () => {
        this.#channels = [];
        for (const shard of this.#shards) shard.detach();
      },
    });
  }

  /** Begins; resolves when every shard is consumed, or after `timeoutMs` while it goes on trying. */
  async start(timeoutMs: number): Promise<void> {
    this.#link.start();
    await this.#link.whenReady(timeoutMs).catch(() => {});
  }

  async stop(timeoutMs: number): Promise<void> {
    const inHand = Promise.all(this.#shards.map((shard) => shard.finish()));
    if (!this.#leaving) await withDeadline(inHand, timeoutMs, "a delivery").catch(() => {});
    await this.#leave();
  }

  async #setUp(session: BrokerSession): Promise<void> {
    const { topology, prefetch } = this.#settings;
    const declaring = await this.#openChannel(session);
    await declareTopology(declaring, topology);
    await declaring.close();
    for (const [index, queue] of topology.queues.entries()) {
      const shard = this.#shards[index]!;
      const channel = await this.#openChannel(session);
      this.#channels.push(channel);
      await channel.prefetch(prefetch);
      shard.attach(channel);
      await channel.consume(queue, (message) => {
        if (message) shard.take(channel, message);
        // The broker ended the consumer, say because its queue was deleted.
        else this.#link.restart(`the broker cancelled the consumer of ${queue}`);
      });
    }
  }

  async #openChannel(session: BrokerSession): Promise<Channel> {
    const channel = await session.model.createChannel();
    channel.on("error", (error) => this.#link.restart(error.message));
    return channel;
  }

  #leave(): Promise<void> {
    this.#leaving ??= this.#closeAll();
    return this.#leaving;
  }

  /**
   * Closes channels instead of cancelling consumers: a cancelled consumer keeps its deliveries
   * while the broker hands the next ones to another worker, which breaks the order. The channels
   * go first because the connection's goodbye would overtake acknowledgements that still wait in
   * a channel's buffer.
   *
   * Still, an acknowledgement is a wish: after thousands of deliveries a second, the broker has
   * forgotten the last dozen when their channel closed at once. They are handed out again.
   */
  async #closeAll(): Promise<void> {
    for (const shard of this.#shards) void shard.finish();
    const closing = Promise.all(this.#channels.map((channel) => closeChannel(channel)));
    await withDeadline(closing, LEAVE_MS, "closing channels").catch(() => {});
    for (const shard of this.#shards) shard.detach();
    await this.#link.close(LEAVE_MS);
  }
}

/** Closes a channel that may be gone already. */
export async function closeChannel(channel: Pick<Channel, "close">): Promise<void> {
  try {
    await channel.close();
  } catch {
    // Gone already.
  }
}
