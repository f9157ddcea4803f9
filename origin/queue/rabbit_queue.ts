import { Buffer } from "node:buffer";
import type { Channel, ConfirmChannel } from "amqplib";
import type { ItemEpoch } from "../../shared/item.ts";
import { withDeadline } from "../../shared/shutdown.ts";
import type {
  Consumer,
  DeliveryHandler,
  OrderQueue,
  OutboundMessage,
  PublishOutcome,
  QueueDepth,
} from "./order_queue.ts";
import { type BrokerAddress, type BrokerSession, readBrokerUrl } from "./rabbit_broker.ts";
import { closeChannel, RabbitConsumer } from "./rabbit_consumer.ts";
import { RabbitDepth } from "./rabbit_depth.ts";
import { BrokerAwayError, type LinkSettings, RabbitLink } from "./rabbit_link.ts";
import { BARRIER_TYPE, encodeBarrier, encodeTrail, ORDERS_TYPE } from "./rabbit_message.ts";
import { type OutboundFrame, RabbitPublisher } from "./rabbit_publisher.ts";
import { type RabbitQueueOptions, type ResolvedOptions, resolveOptions } from "./rabbit_options.ts";
import {
  bindRoute,
  declareTopology,
  olderEpochs,
  queueOf,
  routingKeyOf,
  type Topology,
  topologyOf,
  unbindRoutes,
} from "./rabbit_topology.ts";

/** Consumers of one queue object; a worker has one. */
const MAX_CONSUMERS = 16;

/**
 * Opens the queue and waits at most `timeoutMs` until messages can be published. A broker that is
 * away is no reason to fail: the queue that comes back is not up then, and goes on trying.
 *
 * @throws for a URL, namespace or bound that cannot be used.
 */
export async function connectRabbitQueue(
  options: RabbitQueueOptions,
  timeoutMs: number,
): Promise<RabbitQueue> {
  const queue = new RabbitQueue(options);
  await queue.whenReady(timeoutMs).catch(() => {});
  return queue;
}

/** The hand-over of the services profile: quorum queues on RabbitMQ (3.10 or newer). */
export class RabbitQueue implements OrderQueue {
  readonly topology: Topology;
  readonly #options: ResolvedOptions;
  readonly #broker: BrokerAddress;
  readonly #publisher: RabbitPublisher;
  readonly #link: RabbitLink;
  readonly #depth: RabbitDepth;
  readonly #consumers = new Set<RabbitConsumer>();
  #publishing: ConfirmChannel | null = null;
  #commands: Channel | null = null;

  /** Begins to connect in the background and goes on until `close()`. */
  constructor(options: RabbitQueueOptions) {
    this.#options = resolveOptions(options);
    const { namespace, shards, maxLength, clock, overdueMs, stuckMs } = this.#options;
    this.#broker = readBrokerUrl(options.url);
    this.topology = topologyOf(namespace, shards, maxLength);
    this.#publisher = new RabbitPublisher({
      clock,
      overdueMs,
      stuckMs,
      onStuck: () => this.#link.restart(`no confirm for ${stuckMs} ms`),
    });
    this.#depth = new RabbitDepth({
      ...this.#linkSettings("depth"),
      topology: this.topology,
      timeoutMs: this.#options.commandTimeoutMs,
    });
    this.#link = new RabbitLink({
      ...this.#linkSettings("publish"),
      setUp: (session) => this.#setUp(session),
      tearDown: () => this.#tearDown(),
    });
    this.#link.start();
  }

  /**
   * Waits until the exchange and queues are declared and messages can be published.
   *
   * @throws {BrokerAwayError} after `timeoutMs`, with the last reason; connecting goes on.
   */
  whenReady(timeoutMs: number): Promise<void> {
    return this.#link.whenReady(timeoutMs);
  }

  isUp(): boolean {
    return this.#publisher.isFlowing();
  }

  publish(messages: OutboundMessage[], timeoutMs: number): Promise<PublishOutcome[]> {
    const frames = messages.map((message): OutboundFrame => ({
      exchange: this.topology.exchange,
      routingKey: routingKeyOf(message),
      type: ORDERS_TYPE,
      messageId: message.messageId,
      content: Buffer.from(message.content),
      ...(message.trail === undefined ? {} : { headers: encodeTrail(message.trail) }),
    }));
    return this.#publisher.publish(frames, timeoutMs);
  }

  openRoute(item: ItemEpoch): Promise<void> {
    return this.#command("opening a route", (channel) => bindRoute(channel, this.topology, item));
  }

  async closeOlderRoutes({ item, epoch }: ItemEpoch, sinceEpoch = 1): Promise<void> {
    for (const epochs of olderEpochs(epoch, sinceEpoch)) {
      await this.#command(
        "closing routes",
        (channel) => unbindRoutes(channel, this.topology, item, epochs),
      );
    }
  }

  /** Straight into the item's queue: a barrier needs no route, and follows all confirmed before. */
  async sendBarrier(item: ItemEpoch): Promise<void> {
    const queue = queueOf(this.topology, item.item);
    const [outcome] = await this.#publisher.publish([{
      exchange: "",
      routingKey: queue,
      type: BARRIER_TYPE,
      messageId: routingKeyOf(item),
      content: encodeBarrier(item),
    }], this.#options.commandTimeoutMs);
    if (outcome !== "confirmed") {
      throw new BrokerAwayError(
        `Cannot send a barrier as ${queue} must confirm it: current value is ${outcome}`,
      );
    }
  }

  async consume(handler: DeliveryHandler): Promise<Consumer> {
    if (this.#consumers.size >= MAX_CONSUMERS) {
      throw new RangeError(
        `Cannot consume as one queue object takes ${MAX_CONSUMERS} consumers: current value is ` +
          this.#consumers.size,
      );
    }
    const { prefetch, connectTimeoutMs } = this.#options;
    const settings = { ...this.#linkSettings("consume"), topology: this.topology, prefetch };
    const consumer = new RabbitConsumer(settings, handler);
    this.#consumers.add(consumer);
    await consumer.start(connectTimeoutMs);
    return {
      failed: consumer.failed,
      stop: async (timeoutMs) => {
        await consumer.stop(timeoutMs);
        this.#consumers.delete(consumer);
      },
    };
  }

  /** Counts what no consumer has yet; what was sent ahead to one is not ready any more. */
  depth(): Promise<QueueDepth> {
    return this.#depth.ask();
  }

  /**
   * Frees connections and timers. Consumers get `timeoutMs` for what they have in hand, and
   * publishes on their way the same again; what is left is `unconfirmed`.
   */
  async close(timeoutMs: number): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop(timeoutMs)));
    this.#consumers.clear();
    // The connection's goodbye would overtake messages that still wait in the channel's buffer.
    const closing = this.#publishing ? closeChannel(this.#publishing) : Promise.resolve();
    await withDeadline(closing, timeoutMs, "closing a channel").catch(() => {});
    await Promise.all([this.#link.close(timeoutMs), this.#depth.close(timeoutMs)]);
  }

  async #setUp(session: BrokerSession): Promise<void> {
    session.model.on("blocked", () => this.#publisher.hold());
    session.model.on("unblocked", () => this.#publisher.release());
    const commands = await session.model.createChannel();
    commands.on("error", (error) => this.#link.restart(error.message));
    await declareTopology(commands, this.topology);
    const publishing = await session.model.createConfirmChannel();
    publishing.on("error", (error) => this.#link.restart(error.message));
    publishing.on("close", () => {
      // At once, not when the connection's end has gone through the link: callers ask `isUp()`.
      if (this.#publishing === publishing) this.#publisher.detach();
    });
    this.#commands = commands;
    this.#publishing = publishing;
    this.#publisher.attach(publishing);
  }

  #tearDown(): void {
    this.#commands = null;
    this.#publishing = null;
    this.#publisher.detach();
  }

  async #command<T>(what: string, run: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = this.#commands;
    if (!channel) {
      throw new BrokerAwayError(`Cannot reach ${this.#broker.label} for ${what}: not connected`);
    }
    return await withDeadline(run(channel), this.#options.commandTimeoutMs, what);
  }

  #linkSettings(purpose: string): Omit<LinkSettings, "setUp" | "tearDown"> {
    const { namespace, connectTimeoutMs, clock, random, log, states } = this.#options;
    const name = `${namespace} ${purpose}`;
    const state = states.of("rabbitmq", purpose);
    return { broker: this.#broker, name, connectTimeoutMs, clock, random, log, state };
  }
}
