import { createHash } from "node:crypto";
import type { ConnectionStates } from "../../shared/metrics/connection_states.ts";
import { closeRedis, connectRedis } from "../../shared/redis_connection.ts";
import takeTokens from "../../lua/take_tokens.lua" with { type: "text" };
import type { BucketBatch } from "./bucket_question.ts";
import type { BucketServer, LimitsLog } from "./shared_limits.ts";
import type { LimitsSharing } from "./sharing_config.ts";

/** A link that is silent for so long while a question waits is replaced. */
const COMMAND_TIMEOUT_MS = 1_000;

const SCRIPT_SHA = createHash("sha1").update(takeTokens).digest("hex");

/** What the buckets need of a Redis client; ioredis fits it. */
export interface ScriptClient {
  /** "ready" while commands can be written to a connection. */
  readonly status: string;
  evalsha(sha: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** Buckets in Redis: a text per bucket, which goes by itself when the bucket is full. */
export class RedisBuckets implements BucketServer {
  readonly #client: ScriptClient;
  readonly #prefix: string;

  constructor(client: ScriptClient, namespace: string) {
    this.#client = client;
    this.#prefix = `${namespace}:limit:`;
  }

  get isReady(): boolean {
    return this.#client.status === "ready";
  }

  /**
   * One round trip; two when the server does not know the script yet, in which case the first one
   * took nothing.
   */
  async take({ names, tokenUs, capacities, tries }: BucketBatch): Promise<number[]> {
    const words = names.map((name) => this.#prefix + name);
    words.push(JSON.stringify([tokenUs, capacities]), JSON.stringify(tries));
    try {
      return await this.#client.evalsha(SCRIPT_SHA, names.length, ...words) as number[];
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return await this.#client.eval(takeTokens, names.length, ...words) as number[];
    }
  }
}

/** Connects to the Redis in which edges share their limits. It is never waited for. */
export function openRedisBuckets(
  { redisUrl, namespace }: Pick<LimitsSharing, "redisUrl" | "namespace">,
  log: LimitsLog,
  states?: ConnectionStates,
): { buckets: RedisBuckets; close(): Promise<void> } {
  let isTold = false;
  const client = connectRedis({
    url: redisUrl,
    name: "dropgate-limits",
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    states,
    onError(_, error) {
      if (!isTold) log.warning("Redis of the limits is away: {error}", { error: error.message });
      isTold = true;
    },
  });
  client.on("ready", () => {
    isTold = false;
  });
  return {
    buckets: new RedisBuckets(client, namespace),
    close: () => closeRedis(client),
  };
}
