import type { Channel } from "amqplib";

/**
 * How much longer than its TTL a delay queue lives after it was declared for the last time. The
 * broker does not count publishing as use, so it has to be declared again while it is used.
 */
const EXPIRES_AFTER_TTL_MS = 30 * 60_000;

/** How long after a declaration a delay queue may be published to: it then outlives its messages. */
export const DECLARED_FOR_MS = 10 * 60_000;

/** Reminders in one delay queue: 100,000 are 50 million orders. Further ones are refused. */
const MAX_DELAYED = 100_000;

/** Reminders that are over and wait for a worker. The oldest go, because the sweep has done them. */
const MAX_DUE = 10_000;

/** Begins the names of everything that reminders need in the broker. */
export interface ReminderTopology {
  /** Where reminders that are over wait for workers. */
  dueQueue: string;
  /** The queue in which a reminder spends its delay: one per length, all in it wait equally long. */
  delayQueue(delayMs: number): string;
}

/** Names the queues of an installation. */
export function reminderTopologyOf(namespace: string): ReminderTopology {
  return {
    dueQueue: `${namespace}.due`,
    delayQueue: (delayMs) => `${namespace}.delay.${delayMs}`,
  };
}

/** Makes sure that the queue of reminders that are over exists. */
export async function declareDueQueue(channel: Channel, topology: ReminderTopology): Promise<void> {
  await channel.assertQueue(topology.dueQueue, {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      "x-overflow": "drop-head",
      "x-max-length": MAX_DUE,
    },
  });
}

/**
 * Makes sure that the delay queue of a length exists. All of its messages wait equally long, so none
 * is ever kept back by one in front of it. At-least-once dead-lettering needs a quorum queue that
 * refuses what does not fit. It goes away by itself when its window is no longer used.
 */
export async function declareDelayQueue(
  channel: Channel,
  topology: ReminderTopology,
  delayMs: number,
): Promise<void> {
  await channel.assertQueue(topology.delayQueue(delayMs), {
    durable: true,
    arguments: {
      "x-queue-type": "quorum",
      "x-message-ttl": delayMs,
      "x-expires": delayMs + EXPIRES_AFTER_TTL_MS,
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": topology.dueQueue,
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
      "x-max-length": MAX_DELAYED,
    },
  });
}
