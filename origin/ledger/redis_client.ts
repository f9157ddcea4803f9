import { Redis, type RedisOptions } from "ioredis";

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

/** What the caller wants to hear of a connection's trouble; it heals by itself. */
export type OnRedisError = (connection: string, error: Error) => void;

/** First and longest pause between two attempts to connect, ms. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;

const CONNECT_TIMEOUT_MS = 2000;

/** A reply that has not come by then is given up: decisions are worthless later than this. */
const HOT_COMMAND_TIMEOUT_MS = 2000;

/** Staging pages and reading the outbox take longer. */
const ADMIN_COMMAND_TIMEOUT_MS = 10_000;

/**
 * Nothing is ever sent again by the client itself: a deduction that its caller saw fail must not
 * run later (redis/ioredis#2130). A link that is silent while commands wait is replaced.
 */
function options(name: string, commandTimeoutMs: number) {
  return {
    connectionName: name,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    commandTimeout: commandTimeoutMs,
    socketTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(RETRY_FIRST_MS * 2 ** (attempt - 1), RETRY_MAX_MS),
    // A demoted primary answers READONLY: look for the new one, without repeating the command.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  } satisfies RedisOptions;
}

/**
 * The clients for a Redis URL, connecting at once and for ever: while the server is away every
 * command fails at once. They are closed with `closeRedisClients`.
 *
 * @throws {TypeError} when the URL is neither `redis://` nor `rediss://`.
 */
export function createRedisClients(url: string, onError: OnRedisError): RedisClients {
  return {
    hot: createClient(url, "dropgate-hot", HOT_COMMAND_TIMEOUT_MS, onError),
    admin: createClient(url, "dropgate-admin", ADMIN_COMMAND_TIMEOUT_MS, onError),
  };
}

function createClient(
  url: string,
  name: string,
  commandTimeoutMs: number,
  onError: OnRedisError,
): Redis {
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  if (scheme !== "redis" && scheme !== "rediss") {
    throw new TypeError(
      `Cannot connect to Redis as its URL must begin with redis:// or rediss://: current value ` +
        `begins with ${scheme ?? "no scheme"}`,
    );
  }
  const client = new Redis(url, options(name, commandTimeoutMs));
  // Without a listener ioredis prints every failed attempt to the console.
  client.on("error", (error: Error) => onError(name, error));
  return client;
}

/** Resolves once every client can write commands, or rejects after `timeoutMs`. */
export async function whenRedisReady(clients: RedisClients, timeoutMs: number): Promise<void> {
  await Promise.all([clients.hot, clients.admin].map((client) => whenReady(client, timeoutMs)));
}

function whenReady(client: Redis, timeoutMs: number): Promise<void> {
  if (client.status === "ready") return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    client.off("ready", ready);
    reject(new Error(`Cannot reach Redis as it did not answer within ${timeoutMs} ms`));
  }, timeoutMs);
  const ready = () => {
    clearTimeout(timer);
    resolve();
  };
  client.once("ready", ready);
  return promise;
}

/** After closing: when a socket that lingers is destroyed, and when it is no longer waited for. */
const DISCONNECT_TIMEOUT_MS = 100;
const CLOSE_TIMEOUT_MS = 1000;

/** Ends the connections at once; commands in flight fail. Resolves when the sockets are gone. */
export async function closeRedisClients(clients: RedisClients): Promise<void> {
  await Promise.all([clients.hot, clients.admin].map(closeClient));
}

async function closeClient(client: Redis): Promise<void> {
  const { status } = client;
  if (status === "end") return;
  const { promise, resolve } = Promise.withResolvers<void>();
  // Between two attempts there is no socket that could end, only ioredis' timer for one.
  const hasSocket = status !== "reconnecting";
  if (hasSocket) client.once("end", () => resolve());
  client.disconnect();
  const timer = setTimeout(resolve, hasSocket ? CLOSE_TIMEOUT_MS : DISCONNECT_TIMEOUT_MS);
  await promise;
  clearTimeout(timer);
}
