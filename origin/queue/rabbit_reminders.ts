import { Buffer } from "node:buffer";
import type { Channel, ConfirmChannel } from "amqplib";
import { withDeadline } from "../../shared/shutdown.ts";
import type { Consumer, Delivery, PublishOutcome } from "./order_queue.ts";
import { type BrokerSession, readBrokerUrl } from "./rabbit_broker.ts";
import { closeChannel } from "./rabbit_consumer.ts";
import { BrokerAwayError, RabbitLink } from "./rabbit_link.ts";
import { type RabbitQueueOptions, type ResolvedOptions, resolveOptions } from "./rabbit_options.ts";
import { RabbitPublisher } from "./rabbit_publisher.ts";
import {
  DECLARED_FOR_MS,
  declareDelayQueue,
  declareDueQueue,
  type ReminderTopology,
  reminderTopologyOf,
} from "./rabbit_reminder_topology.ts";
import { RabbitShard } from "./rabbit_shard.ts";
import { checkReminder, decodeTickets, encodeTickets } from "./reminder_message.ts";
import type { Reminder, ReminderQueue } from "./reminder_queue.ts";

/** Different lengths that one process makes queues for; reminders of further ones are refused. */
const MAX_WINDOWS = 32;

/** The `type` property of a reminder. */
const REMINDER_TYPE = "reminder";

/** For the goodbyes of channels and connection. */
const LEAVE_MS = 2_000;

type Handler = (tickets: string[]) => Promise<void>;

/**
 * Reminders on RabbitMQ: a delay queue per length, dead-lettered at least once to one queue that
 * workers consume. It connects when it is first used, over a connection of its own.
 */
export class RabbitReminders implements ReminderQueue {
  readonly topology: ReminderTopology;
  readonly #options: ResolvedOptions;
  readonly #link: RabbitLink;
  readonly #publisher: RabbitPublisher;
  /** When the delay queue of a length was declared last on this connection, ms; NaN before. */
  readonly #windows = new Map<number, number>();
  #session: BrokerSession | null = null;
  #publishing: ConfirmChannel | null = null;
  #consuming: Channel | null = null;
  #shard: RabbitShard | null = null;

  /** Reads the same options as the queue of orders. @throws for a URL or namespace of no use. */
  constructor(options: RabbitQueueOptions) {
    this.#options = resolveOptions(options);
    const { namespace, clock, overdueMs, stuckMs, connectTimeoutMs, random, log, states } =
      this.#options;
    this.topology = reminderTopologyOf(namespace);
    this.#publisher = new RabbitPublisher({
      clock,
      overdueMs,
      stuckMs,
      onStuck: () => this.#link.restart(`no confirm for ${stuckMs} ms`),
    });
    this.#link = new RabbitLink({
      broker: readBrokerUrl(options.url),
      name: `${namespace} remind`,
      connectTimeoutMs,
      clock,
      random,
      log,
      state: states.of("rabbitmq", "remind"),
      setUp: (session) => this.#setUp(session),
      tearDown: () => this.#tearDown(),
    });
  }

  async remind(reminder: Reminder): Promise<void> {
    checkReminder(reminder);
    const { tickets, delayMs } = reminder;
    this.#checkWindow(delayMs);
    this.#link.start();
    await this.#link.whenReady(this.#options.connectTimeoutMs);
    const content = Buffer.from(encodeTickets(tickets));
    await this.#declare(delayMs);
    let outcome = await this.#publish(delayMs, content);
    if (outcome === "returned") {
      // Somebody deleted the queue.
      this.#windows.set(delayMs, NaN);
      await this.#declare(delayMs);
      outcome = await this.#publish(delayMs, content);
    }
    if (outcome !== "confirmed") {
      throw new BrokerAwayError(
        `Cannot remind after ${delayMs} ms as the broker must confirm it: current value is ` +
          outcome,
      );
    }
  }

  async consumeReminders(handler: Handler): Promise<Consumer> {
    if (this.#shard) {
      throw new RangeError("Cannot consume as one consumer is allowed: current value is 1");
    }
    const shard = this.#shard = new RabbitShard(
      (delivery) => this.#handle(delivery, handler),
      () => {},
    );
    this.#link.start();
    await this.#link.whenReady(this.#options.connectTimeoutMs).catch(() => {});
    if (this.#session && !this.#consuming) await this.#consume(this.#session, shard);
    return {
      failed: new Promise<never>(() => {}),
      stop: async (timeoutMs) => {
        await withDeadline(shard.finish(), timeoutMs, "a reminder").catch(() => {});
        if (this.#shard !== shard) return;
        this.#shard = null;
        await this.#leave(this.#consuming);
        this.#consuming = null;
      },
    };
  }

  /** Frees the connection; what is on its way stays unconfirmed. */
  async close(timeoutMs: number): Promise<void> {
    await withDeadline(this.#shard?.finish() ?? Promise.resolve(), timeoutMs, "a reminder")
      .catch(() => {});
    this.#shard = null;
    await Promise.all([this.#leave(this.#consuming), this.#leave(this.#publishing)]);
    await this.#link.close(timeoutMs);
  }

  /** @throws {RangeError} when too many other lengths are in use. */
  #checkWindow(delayMs: number): void {
    if (this.#windows.has(delayMs) || this.#windows.size < MAX_WINDOWS) return;
    const nowMs = this.#options.clock();
    for (const [window, declaredAt] of this.#windows) {
      if (!(nowMs - declaredAt < DECLARED_FOR_MS)) this.#windows.delete(window);
    }
    if (this.#windows.size < MAX_WINDOWS) return;
    throw new RangeError(
      `Cannot remind after ${delayMs} ms as one process takes ${MAX_WINDOWS} lengths at a time: ` +
        `current value is ${this.#windows.size}`,
    );
  }

  async #leave(channel: Channel | null): Promise<void> {
    if (!channel) return;
    await withDeadline(closeChannel(channel), LEAVE_MS, "closing a channel").catch(() => {});
  }

  async #setUp(session: BrokerSession): Promise<void> {
    const declaring = await session.model.createChannel();
    declaring.on("error", (error) => this.#link.restart(error.message));
    await declareDueQueue(declaring, this.topology);
    await declaring.close();
    const publishing = await session.model.createConfirmChannel();
    publishing.on("error", (error) => this.#link.restart(error.message));
    this.#publishing = publishing;
    this.#publisher.attach(publishing);
    this.#session = session;
    if (this.#shard) await this.#consume(session, this.#shard);
  }

  #tearDown(): void {
    this.#session = null;
    this.#publishing = null;
    this.#consuming = null;
    this.#publisher.detach();
    this.#shard?.detach();
    for (const delayMs of this.#windows.keys()) this.#windows.set(delayMs, NaN);
  }

  async #consume(session: BrokerSession, shard: RabbitShard): Promise<void> {
    const channel = await session.model.createChannel();
    channel.on("error", (error) => this.#link.restart(error.message));
    this.#consuming = channel;
    shard.attach(channel);
    // One at a time: many due orders are mostly of one item, whose lock would make them wait.
    await channel.prefetch(1);
    await channel.consume(this.topology.dueQueue, (message) => {
      if (message) shard.take(channel, message);
      else this.#link.restart(`the broker cancelled the consumer of ${this.topology.dueQueue}`);
    });
  }

  /** Never rejects: a reminder that cannot be handled is left to the sweep. */
  async #handle(delivery: Delivery, handler: Handler): Promise<void> {
    const tickets = delivery.kind === "orders" ? decodeTickets(delivery.content) : null;
    if (!tickets) return this.#options.log.warning("Dropped a reminder that nobody can read");
    try {
      await handler(tickets);
    } catch (error) {
      this.#options.log.info("Cannot handle a reminder: {error}", { error: String(error) });
    }
  }

  /** Declares the delay queue of a length, unless that was done lately on this connection. */
  async #declare(delayMs: number): Promise<void> {
    const { clock, commandTimeoutMs } = this.#options;
    const nowMs = clock();
    const declaredAt = this.#windows.get(delayMs) ?? NaN;
    if (nowMs - declaredAt < DECLARED_FOR_MS) return;
    const session = this.#session;
    if (!session) throw new BrokerAwayError("Cannot declare a delay queue: not connected");
    this.#windows.set(delayMs, nowMs);
    try {
      const declaring = this.#declareOn(session, delayMs);
      await withDeadline(declaring, commandTimeoutMs, "declaring a delay queue");
    } catch (error) {
      this.#windows.set(delayMs, NaN);
      throw error;
    }
  }

  /** On a channel of its own: a queue that exists with other arguments costs the channel. */
  async #declareOn(session: BrokerSession, delayMs: number): Promise<void> {
    const channel = await session.model.createChannel();
    channel.on("error", () => {});
    await declareDelayQueue(channel, this.topology, delayMs).finally(() => closeChannel(channel));
  }

  async #publish(delayMs: number, content: Buffer): Promise<PublishOutcome | undefined> {
    const [outcome] = await this.#publisher.publish([{
      exchange: "",
      routingKey: this.topology.delayQueue(delayMs),
      type: REMINDER_TYPE,
      messageId: "",
      content,
    }], this.#options.commandTimeoutMs);
    return outcome;
  }
}
