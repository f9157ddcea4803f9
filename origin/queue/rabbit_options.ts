import type { Clock } from "../../shared/clock.ts";
import { type Log, logOf } from "../../shared/log.ts";
import { ConnectionStates } from "../../shared/metrics/connection_states.ts";

/** What a RabbitMQ queue is made of; what is left out takes the default. */
export interface RabbitQueueOptions extends Partial<typeof DEFAULTS> {
  /** `amqp[s]://user:password@host[:port][/vhost]` */
  url: URL;
  /** Prefix of exchange and queue names: 1–64 of `A-Za-z0-9_.-`. */
  namespace: string;
  log?: Log;
  /** Hears when each connection is there. */
  states?: ConnectionStates;
}

/** Options with nothing left out. */
export type ResolvedOptions = Required<RabbitQueueOptions>;

const DEFAULTS = {
  /** Queues that the items are spread over, 1–64. Must never change while messages wait. */
  shards: 4,
  /** Most messages that wait in one queue. Must be the same for every process. */
  maxLength: 1_000_000,
  /** Deliveries that the broker sends ahead, per shard. */
  prefetch: 64,
  /** For connecting, and once more for declaring and opening channels. */
  connectTimeoutMs: 5_000,
  /** For routes, barriers and depth. */
  commandTimeoutMs: 5_000,
  /** How late a confirm may be before `isUp()` turns false. */
  overdueMs: 2_000,
  /** How late a confirm may be before the connection is made anew. */
  stuckMs: 15_000,
  /** Measures intervals only. */
  clock: (() => performance.now()) as Clock,
  /** For jitter, 0 ≤ x < 1. */
  random: Math.random,
};

/** Fills in the defaults. */
export function resolveOptions(options: RabbitQueueOptions): ResolvedOptions {
  const states = new ConnectionStates();
  return { ...DEFAULTS, log: logOf("origin", "queue"), states, ...options };
}
