import { Redis, type RedisOptions } from "ioredis";
import type { ConnectionStates } from "./metrics/connection_states.ts";

/** First and longest pause between two attempts to connect, ms. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;

const CONNECT_TIMEOUT_MS = 2000;

/** After closing: when a socket that lingers is destroyed, and when it is no longer waited for. */
const DISCONNECT_TIMEOUT_MS = 100;
const CLOSE_TIMEOUT_MS = 1000;

/** What the caller wants to hear of a connection's trouble; it heals by itself. */
export type OnRedisError = (connection: string, error: Error) => void;

/** A connection to make. */
export interface RedisConnectionOptions {
  url: string;
  /** Shown by `CLIENT LIST`, and told to `onError`. */
  name: string;
  /** A reply that has not come by then is given up, and a silent link replaced. */
  commandTimeoutMs: number;
  onError: OnRedisError;
  /** Hears when it is there, under its name. */
  states?: ConnectionStates | undefined;
}

/**
 * Nothing is ever sent again by the client itself: a deduction that its caller saw fail must not
 * run later (redis/ioredis#2130). A link that is silent while commands wait is replaced.
 */
function clientOptions(name: string, commandTimeoutMs: number) {
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
 * A client for a Redis URL, connecting at once and for ever: while the server is away every command
 * fails at once. It is closed with `closeRedis`.
 *
 * @throws {TypeError} when the URL is neither `redis://` nor `rediss://`.
 */
export function connectRedis(options: RedisConnectionOptions): Redis {
  const { url, name, commandTimeoutMs, onError, states } = options;
  const scheme = /^([a-z]+):\/\//.exec(url)?.[1];
  if (scheme !== "redis" && scheme !== "rediss") {
    throw new TypeError(
      `Cannot connect to Redis as its URL must begin with redis:// or rediss://: current value ` +
        `begins with ${scheme ?? "no scheme"}`,
    );
  }
  const client = new Redis(url, clientOptions(name, commandTimeoutMs));
  // Without a listener ioredis prints every failed attempt to the console.
  client.on("error", (error: Error) => onError(name, error));
  const state = states?.of("redis", name);
  if (state !== undefined) {
    state.closed();
    client.on("ready", () => state.opened());
    client.on("close", () => state.closed());
  }
  return client;
}

/** Resolves once the client can write commands, or rejects after `timeoutMs`. */
export function whenRedisConnected(client: Redis, timeoutMs: number): Promise<void> {
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

/** Ends the connection at once; commands in flight fail. Resolves when the socket is gone. */
export async function closeRedis(client: Redis): Promise<void> {
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
