import { Redis } from "ioredis";
import { type Clock, systemClock } from "../../clock.ts";
import { openMysql } from "../../../origin/database/open_database.ts";
import { makeScratchDatabase } from "../../../origin/database/testing/mysql_scratch.ts";
import {
  closeRedisClients,
  createRedisClients,
  type RedisClient,
  whenRedisReady,
} from "../../../origin/ledger/redis_client.ts";
import { RedisLedger } from "../../../origin/ledger/redis_ledger.ts";
import { openRun } from "../services/run_directory.ts";
import { startServices } from "../services/start_services.ts";
import { SimulatedBroker } from "./broker.ts";
import { emptyBook, type LedgerServers, makeItem, PRICE, type Profile } from "./profile.ts";

/** Begins the names of all keys. */
const NAMESPACE = "model";

/** Few, so that sequences of some 20 commands meet the bound. */
const ROOM = 2;

/** A port on which nothing listens, so that a server that follows it stays as it is. */
const NOBODY = "1";

const READY_TIMEOUT_MS = 10_000;

/** A private Redis with a ledger on it, and a connection for breaking things. */
interface LedgerServer {
  ledger: RedisLedger;
  redis: Redis;
  delayMs: number;
  close(): Promise<void>;
}

/**
 * The services profile: two private Redis servers, of which one is the primary, and a database of
 * its own on the test's MySQL or MariaDB. The broker is simulated, so that a test can let publishes
 * be late, lost, or delivered again.
 */
export async function openServicesProfile(): Promise<Profile> {
  let now: Clock = systemClock;
  const clock = () => now();
  const undo: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const servers: LedgerServer[] = [];
    for (let at = 0; at < 2; at += 1) {
      const server = await openLedgerServer();
      undo.push(() => server.close());
      servers.push(server);
    }
    const scratch = await makeScratchDatabase();
    undo.push(() => scratch.drop());
    const database = await openMysql(scratch.url, clock, { poolSize: 2 });
    undo.push(() => database.close());
    const broker = new SimulatedBroker();
    return {
      name: "services",
      database,
      item: await makeItem(database, clock),
      price: PRICE,
      ledgers: servers.map(({ ledger }) => ledger),
      servers: ledgerServers(servers),
      broker,
      room: ROOM,
      setClock: (clock) => now = clock,
      async reset(stock) {
        await Promise.all(servers.map(({ redis }) => redis.flushall()));
        await emptyBook(database, stock);
        broker.clear();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openLedgerServer(): Promise<LedgerServer> {
  const run = await openRun();
  const services = await startServices({ which: ["redis"], log: () => {}, env: {}, run });
  const url = services.urls.redis ?? "";
  const clients = createRedisClients(url, () => {});
  await whenRedisReady(clients, READY_TIMEOUT_MS);
  const redis = new Redis(url);
  redis.on("error", () => {});
  // Nothing here outlives the server.
  await redis.config("SET", "appendonly", "no");
  const hot = delayed(clients.hot, () => server.delayMs);
  const server: LedgerServer = {
    delayMs: 0,
    redis,
    ledger: new RedisLedger({
      hot,
      admin: clients.admin,
      namespace: NAMESPACE,
      clock: systemClock,
      maxOutboxMessages: ROOM,
    }),
    async close() {
      server.ledger.stop();
      await closeRedisClients(clients);
      const ended = new Promise((resolve) => redis.once("end", resolve));
      redis.disconnect();
      await ended;
      await services.stop();
      await run.close();
    },
  };
  return server;
}

/** The client behind a wire that may hold commands back. */
function delayed(client: Redis, delayMs: () => number): RedisClient {
  return {
    get status() {
      return client.status;
    },
    script: (subcommand, text) => client.script(subcommand, text),
    time: () => client.time(),
    info: (section) => client.info(section),
    pipeline() {
      const pipeline = client.pipeline();
      return {
        evalsha: (sha, keyCount, ...rest) => pipeline.evalsha(sha, keyCount, ...rest),
        async exec() {
          if (delayMs() > 0) await new Promise((resolve) => setTimeout(resolve, delayMs()));
          return await pipeline.exec();
        },
      };
    },
  };
}

function ledgerServers(servers: LedgerServer[]): LedgerServers {
  const copies: [key: string, data: Uint8Array][] = [];
  const redisOf = (server: number) => servers[server]!.redis;
  const rename = async (server: number) => {
    // Following somebody and standing alone again makes a new history, and so a new identity.
    await redisOf(server).multi()
      .replicaof("127.0.0.1", NOBODY)
      .replicaof("NO", "ONE")
      .exec();
  };
  const load = async (server: number, data: [string, Uint8Array][]) => {
    await redisOf(server).flushall();
    for (const [key, bytes] of data) {
      await redisOf(server).call("RESTORE", key, "0", bytes as never);
    }
  };
  return {
    flush: async (server) => void await redisOf(server).flushall(),
    async copy(server) {
      copies.splice(0, copies.length, ...await dataOf(redisOf(server)));
    },
    async restore(server) {
      await load(server, copies);
      await rename(server);
    },
    rename,
    async replicate(from, to) {
      await load(to, await dataOf(redisOf(from)));
      await rename(to);
    },
    delayWishes(ms) {
      for (const server of servers) server.delayMs = ms;
    },
  };
}

/** Everything that a server holds but what is being staged. */
async function dataOf(redis: Redis): Promise<[key: string, data: Uint8Array][]> {
  const data: [string, Uint8Array][] = [];
  for (const key of await redis.keys(`${NAMESPACE}:*`)) {
    if (key.includes(":stage:")) continue;
    const bytes = await redis.callBuffer("DUMP", key);
    if (bytes instanceof Uint8Array) data.push([key, bytes]);
  }
  return data;
}
