import type { Redis } from "ioredis";
import type { ConnectionStates } from "../../shared/metrics/connection_states.ts";
import {
  closeRedis,
  connectRedis,
  type OnRedisError,
  whenRedisConnected,
} from "../../shared/redis_connection.ts";

/** Commands of one round trip, answered in order, each with its own error or result. */
export interface RedisPipeline {
  evalsha(sha: string, keyCount: number, ...keysAndArguments: (string | number)[]): unknown;
  exec(): Promise<[Error | null, unknown][] | null>;
}

/** What the ledger needs of a Redis client; ioredis fits it. */
export interface RedisClient {
  /** "ready" while commands can be written to a connection. */
  readonly status: string;
  pipeline(): RedisPipeline;
  script(subcommand: "LOAD", text: string): Promise<unknown>;
  time(): Promise<unknown>;
  info(section: string): Promise<string>;
}

/** The two connections of a ledger: a long answer on one must not delay a decision on the other. */
export interface RedisClients {
  /** Decides and settles. */
  hot: Redis;
  /** Everything else. */
  admin: Redis;
}

/** A reply that has not come by then is given up: decisions are worthless later than this. */
const HOT_COMMAND_TIMEOUT_MS = 2000;

/** Staging pages and reading the outbox take longer. */
const ADMIN_COMMAND_TIMEOUT_MS = 10_000;

/**
 * The clients for a Redis URL, connecting at once and for ever: while the server is away every
 * command fails at once. They are closed with `closeRedisClients`.
 *
 * @throws {TypeError} when the URL is neither `redis://` nor `rediss://`.
 */
export function createRedisClients(
  url: string,
  onError: OnRedisError,
  states?: ConnectionStates,
): RedisClients {
  const connect = (name: string, commandTimeoutMs: number) =>
    connectRedis({ url, name, commandTimeoutMs, onError, states });
  return {
    hot: connect("dropgate-hot", HOT_COMMAND_TIMEOUT_MS),
    admin: connect("dropgate-admin", ADMIN_COMMAND_TIMEOUT_MS),
  };
}

/** Resolves once every client can write commands, or rejects after `timeoutMs`. */
export async function whenRedisReady(clients: RedisClients, timeoutMs: number): Promise<void> {
  await Promise.all(
    [clients.hot, clients.admin].map((client) => whenRedisConnected(client, timeoutMs)),
  );
}

/** Ends the connections at once; commands in flight fail. Resolves when the sockets are gone. */
export async function closeRedisClients(clients: RedisClients): Promise<void> {
  await Promise.all([clients.hot, clients.admin].map(closeRedis));
}
