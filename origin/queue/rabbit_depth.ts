import type { Channel } from "amqplib";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";
import type { QueueDepth } from "./order_queue.ts";
import { BrokerAwayError, type LinkSettings, RabbitLink } from "./rabbit_link.ts";
import { declareTopology, type Topology } from "./rabbit_topology.ts";

/** What counting works with. */
export interface DepthSettings extends Omit<LinkSettings, "setUp" | "tearDown"> {
  topology: Topology;
  /** How long the broker may take to answer. */
  timeoutMs: number;
}

/**
 * Counts what waits in the queues, over a connection of its own that is made when it is first
 * needed. A broker that is short of memory stops reading from connections that publish: asked over
 * one of those, it would not answer just when its queues are long.
 */
export class RabbitDepth {
  readonly #settings: DepthSettings;
  readonly #link: RabbitLink;
  #channel: Channel | null = null;

  constructor(settings: DepthSettings) {
    this.#settings = settings;
    this.#link = new RabbitLink({
      ...settings,
      setUp: async (session) => {
        const channel = await session.model.createChannel();
        channel.on("error", (error) => this.#link.restart(error.message));
        await declareTopology(channel, settings.topology);
        this.#channel = channel;
      },
      tearDown: () => this.#channel = null,
    });
  }

  /** Counts what no consumer has yet; what was sent ahead to one is not ready any more. */
  async ask(): Promise<QueueDepth> {
    const { topology, timeoutMs, connectTimeoutMs, broker } = this.#settings;
    this.#link.start();
    await this.#link.whenReady(connectTimeoutMs);
    const channel = this.#channel;
    if (!channel) {
      throw new BrokerAwayError(`Cannot reach ${broker.label} to count messages: not connected`);
    }
    const asked = Promise.all(topology.queues.map((queue) => channel.checkQueue(queue)));
    const queues = await withDeadline(asked, timeoutMs, "counting messages")
      .catch((error: unknown) => {
        if (error instanceof DeadlineError) this.#link.restart(error.message);
        throw error;
      });
    return {
      ready: queues.reduce((sum, queue) => sum + queue.messageCount, 0),
      consumers: queues.reduce((sum, queue) => sum + queue.consumerCount, 0),
    };
  }

  /** Frees the connection. */
  async close(timeoutMs: number): Promise<void> {
    await this.#link.close(timeoutMs);
  }
}
