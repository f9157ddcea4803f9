import type { Channel } from "amqplib";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";

/**
 * How often a message may be handed out again: in effect, for ever. Neither "unset" nor −1 will do.
 * Unset means 20 since RabbitMQ 4. −1 is "no limit" there, but RabbitMQ 3.10 takes it too and then
 * drops a message the first time it comes back (seen on 3.10.8: 5 of 5 gone). A large limit is
 * accepted by both and means the same to both, so that an upgrade finds the arguments it expects.
 */
const DELIVERY_LIMIT = 2_147_483_647;

/** Routes closed in one go, each go within a deadline of its own. */
const ROUTES_PER_GO = 500;

/**
 * Routes below an epoch that are closed whatever the caller knows: a coordinator that slept may have
 * made its route after others had closed it.
 */
const ROUTES_CLOSED_AT_LEAST = 1_000;

const NAMESPACE_PATTERN = /^[A-Za-z0-9_.-]{1,64}$/;

/** What exists in the broker for one installation. */
export interface Topology {
  exchange: string;
  /** By shard. */
  queues: string[];
  /** Most messages that wait in one queue; further ones are refused to their publisher. */
  maxLength: number;
}

/**
 * Names the exchange and the queues. The number of shards must never change while messages or
 * routes exist: items would move to other queues, away from their older messages.
 *
 * @throws {RangeError} for a namespace, a number of shards (1–64) or a length that cannot be used.
 */
export function topologyOf(namespace: string, shards: number, maxLength: number): Topology {
  if (!NAMESPACE_PATTERN.test(namespace)) {
    throw new RangeError(
      `Cannot use a namespace as it must match ${NAMESPACE_PATTERN}: current value is ${namespace}`,
    );
  }
  if (!Number.isInteger(shards) || shards < 1 || shards > 64) {
    throw new RangeError(`Cannot use shards as they must be 1 to 64: current value is ${shards}`);
  }
  if (!Number.isInteger(maxLength) || maxLength < 1 || maxLength > 2 ** 31) {
    throw new RangeError(
      `Cannot use maxLength as it must be 1 to ${2 ** 31}: current value is ${maxLength}`,
    );
  }
  return {
    exchange: `${namespace}.buys`,
    queues: Array.from({ length: shards }, (_, shard) => `${namespace}.orders.${shard}`),
    maxLength,
  };
}

/** The queue of an item: the same for every process, by the FNV-1a hash of its key. */
export function queueOf(topology: Topology, item: ItemKey): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < item.length; at += 1) {
    hash = Math.imul(hash ^ item.charCodeAt(at), 0x01000193);
  }
  // The low bits alone would follow the last characters of the key; the fold mixes the high ones in.
  const folded = (hash >>> 16) ^ (hash & 0xffff);
  return topology.queues[folded % topology.queues.length]!;
}

/** `item.epoch`: what a message is published under, and what a route binds. */
export function routingKeyOf({ item, epoch }: ItemEpoch): string {
  return `${item}.${epoch}`;
}

/** Makes sure that exchange and queues exist. Fails when one exists with other arguments. */
export async function declareTopology(channel: Channel, topology: Topology): Promise<void> {
  await channel.assertExchange(topology.exchange, "direct", { durable: true });
  for (const queue of topology.queues) {
    await channel.assertQueue(queue, {
      durable: true,
      arguments: {
        "x-queue-type": "quorum",
        // Strict order, and a barrier that means something, need one worker at a time.
        "x-single-active-consumer": true,
        "x-overflow": "reject-publish",
        "x-max-length": topology.maxLength,
        "x-delivery-limit": DELIVERY_LIMIT,
      },
    });
  }
}

/** Binds the route of an epoch. */
export async function bindRoute(
  channel: Pick<Channel, "bindQueue">,
  topology: Topology,
  route: ItemEpoch,
): Promise<void> {
  await channel.bindQueue(queueOf(topology, route.item), topology.exchange, routingKeyOf(route));
}

/**
 * The epochs below this one whose routes have to go, the latest first, in groups of 500. There are as
 * many as openings were begun since one got as far as `sinceEpoch`, and at least the last thousand.
 */
export function* olderEpochs(epoch: number, sinceEpoch: number): Generator<number[]> {
  const last = Math.max(1, Math.min(sinceEpoch, epoch - ROUTES_CLOSED_AT_LEAST));
  for (let next = epoch - 1; next >= last; next -= ROUTES_PER_GO) {
    const count = Math.min(ROUTES_PER_GO, next - last + 1);
    yield Array.from({ length: count }, (_, at) => next - at);
  }
}

/** Unbinds the routes of some epochs of an item, whether they are bound or not. */
export async function unbindRoutes(
  channel: Pick<Channel, "unbindQueue">,
  topology: Topology,
  item: ItemKey,
  epochs: number[],
): Promise<void> {
  const queue = queueOf(topology, item);
  await Promise.all(
    epochs.map((epoch) =>
      channel.unbindQueue(queue, topology.exchange, routingKeyOf({ item, epoch }))
    ),
  );
}
