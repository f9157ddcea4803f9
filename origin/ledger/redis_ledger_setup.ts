import { Redis } from "ioredis";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { uniqueName } from "../../shared/testing/services_env.ts";
import type { LedgerUnderTest } from "./ledger_contract_setup.ts";
import { closeRedisClients, createRedisClients, whenRedisReady } from "./redis_client.ts";
import { RedisLedger } from "./redis_ledger.ts";
import { timeMs } from "./redis_ledger_pulse.ts";

/** Longest wait for a server of this machine. */
export const PATIENCE_MS = 10_000;

/** A ledger on a real server, in a namespace of its own. */
export interface RedisUnderTest extends LedgerUnderTest {
  ledger: RedisLedger;
  namespace: string;
  /** A connection of the test's own, for looking and tampering. */
  redis: Redis;
}

/** Connects a ledger. Its errors while the server is away are what the tests look at. */
export async function makeRedisLedger(
  url: string,
  options: { room?: number | undefined; clock?: Clock; namespace?: string } = {},
): Promise<RedisUnderTest> {
  const clients = createRedisClients(url, () => {});
  await whenRedisReady(clients, PATIENCE_MS);
  const redis = new Redis(url);
  redis.on("error", () => {});
  const namespace = options.namespace ?? uniqueName("ledger");
  const ledger = new RedisLedger({
    ...clients,
    namespace,
    clock: options.clock ?? systemClock,
    ...(options.room === undefined ? {} : { maxOutboxMessages: options.room }),
  });
  return {
    ledger,
    namespace,
    redis,
    now: async () => timeMs(await redis.time()),
    hasOutbox: true,
    messageText: ({ item }, messageId) => redis.hget(`${namespace}:{${item}}:outbox`, messageId),
    async close() {
      ledger.stop();
      await closeRedisClients(clients);
      if (redis.status === "ready") await removeKeys(redis, namespace);
      const ended = new Promise((resolve) => redis.once("end", resolve));
      redis.disconnect();
      await ended;
    },
  };
}

/** All keys of a namespace. */
export async function keysIn(redis: Redis, namespace: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of redis.scanStream({ match: `${namespace}:*`, count: 1000 })) {
    for (const key of page as string[]) keys.add(key);
  }
  return [...keys].toSorted();
}

/** What is in every key of a namespace, to show that nothing was written. */
export async function contentsOf(redis: Redis, namespace: string): Promise<unknown> {
  const keys = await keysIn(redis, namespace);
  return await Promise.all(keys.map(async (key) => {
    return [key, await contentOf(redis, key)];
  }));
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "string":
      return await redis.get(key);
    case "zset":
      return await redis.zrange(key, "0", "-1", "WITHSCORES");
    default:
      return Object.entries(await redis.hgetall(key)).toSorted();
  }
}

async function removeKeys(redis: Redis, namespace: string): Promise<void> {
  const keys = await keysIn(redis, namespace);
  if (keys.length > 0) await redis.unlink(...keys);
}

/** Polls until `condition` holds. @throws {Error} after `PATIENCE_MS`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<number> {
  const begun = performance.now();
  while (!await condition()) {
    if (performance.now() - begun > PATIENCE_MS) throw new Error(`Gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - begun;
}

/** A Redis of one test, which it may stop, kill and start again on the same data. */
export class PrivateRedis {
  readonly port: number;
  readonly url: string;
  #process: Deno.ChildProcess | null = null;

  private constructor(readonly folder: string, readonly options: string[]) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = listener.addr.port;
    listener.close();
    this.url = `redis://127.0.0.1:${this.port}`;
  }

  /** Starts a server whose every write is on disk before it answers. */
  static async start(options: string[] = []): Promise<PrivateRedis> {
    const server = new PrivateRedis(await Deno.makeTempDir({ prefix: "dropgate-redis-" }), options);
    server.run();
    return server;
  }

  run(): void {
    this.#process = new Deno.Command("redis-server", {
      args: ["--port", `${this.port}`, "--bind", "127.0.0.1", "--dir", this.folder]
        .concat("--save", "", "--appendonly", "yes", "--appendfsync", "always", this.options),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  signal(signal: Deno.Signal): void {
    this.#process?.kill(signal);
  }

  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.status;
    this.#process = null;
  }

  async remove(): Promise<void> {
    if (this.#process) await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }
}
