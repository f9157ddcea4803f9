import { Redis } from "ioredis";
import { poll } from "../services/poll.ts";
import type { Drill, Stage } from "./drill.ts";
import { readInfo, RedisReplica } from "./redis_replica.ts";
import {
  type AskRedis,
  readMeta,
  RECOVERY_AT_MOST_MS,
  untilRecovered,
  untilReserved,
  untilUnderWay,
} from "./selling.ts";

/** How far the replica is behind when it is promoted. */
const LAG_MS = 2_000;

/** How long a copy of the replica's small data may take. */
const SYNC_TIMEOUT_MS = 15_000;

/** How long a recovery may take before its drill gives up; beyond the promise, to be told as late. */
const HOME_TIMEOUT_MS = 60_000;

/** A replica that was promoted while it lagged, and that the whole system uses now. */
interface Failover {
  replica: RedisReplica;
  ask: AskRedis;
  /** In which it sells. */
  epoch: number;
}

/**
 * Lets a replica lag, promotes it, sends everybody to it, or all but one process, and sells there.
 */
async function failOver(
  stage: Stage,
  replica: RedisReplica,
  forgotten?: string,
): Promise<Failover> {
  const ask: AskRedis = ([name = "", ...args]) => replica.client.call(name, ...args);
  await untilUnderWay(stage);
  const epoch = await untilAtHome(stage);
  replica.link.silence();
  await stage.pause(LAG_MS);
  const newest = await readMeta(stage);
  const since = performance.now();
  await replica.promote();
  sendTo(stage, replica.port, forgotten);
  const sent = forgotten ? `all but ${forgotten}` : "everybody";
  stage.injected(`a replica that lags ${LAG_MS} ms promoted, ${sent} sent to it`);
  await stage.seen("it is a primary with fewer reservations than the old one", async () => {
    const old = await readMeta(stage, ask);
    const { role } = await replica.info();
    if (role !== "master" || !newest || !old || old.n >= newest.n) return false;
    stage.counted("reservations that the replica does not know", newest.n - old.n);
    return true;
  });
  await untilRecovered(stage, epoch, since, ask);
  return { replica, ask, epoch: (await stage.probe.item()).openEpoch };
}

/**
 * Waits until the item is open in a ledger of this very server, and returns its epoch. A primary
 * takes a new identity with its first replica, so that the attaching alone has cost a recovery.
 */
async function untilAtHome(stage: Stage): Promise<number> {
  let epoch = 0;
  await stage.until("the ledger to be open under its server's own name", async () => {
    const meta = await readMeta(stage);
    const info = readInfo(String(await stage.probe.redis(["INFO", "replication"])));
    epoch = (await stage.probe.item()).openEpoch;
    return meta?.replid === info.master_replid && meta?.epoch === epoch && meta?.n > 0;
  }, HOME_TIMEOUT_MS);
  return epoch;
}

/**
 * The connections of everybody, or of all but one process, end and are made to a loopback port from
 * now on.
 */
function sendTo(stage: Stage, port: number, forgotten?: string): void {
  const left = forgotten === undefined ? null : stage.link(forgotten, "redis");
  for (const link of stage.linksTo("redis")) {
    if (link !== left) link.retarget({ hostname: "127.0.0.1", port });
  }
}

/** Runs a drill with a replica of the stage's Redis that ends with it. */
async function withReplica(
  stage: Stage,
  work: (replica: RedisReplica) => Promise<void>,
): Promise<void> {
  const replica = await RedisReplica.attach(stage.servers.redis);
  try {
    await work(replica);
  } finally {
    sendTo(stage, stage.servers.redis.port);
    await replica.stop();
  }
}

const failover: Drill = {
  name: "redis-failover",
  fault:
    "Redis fails over to a replica that lags two seconds, and back to the old primary, which " +
    "was never restarted and still has its scripts, its identity and its old data",
  promise: "Nothing is sold twice or lost when Redis fails over to a lagging replica and back",
  takesS: 22,
  plan: { stock: 2_000, buyers: 3_000, buyersPerSecond: 100 },
  short: true,
  repeated: true,
  async inject(stage) {
    await withReplica(stage, async (replica) => {
      const { epoch } = await failOver(stage, replica);
      const since = performance.now();
      sendTo(stage, stage.servers.redis.port);
      stage.injected("everybody sent back to the old primary");
      await stage.seen(
        "the old primary has its old ledger, open and under its own name",
        async () => {
          const old = await readMeta(stage);
          const info = readInfo(String(await stage.probe.redis(["INFO", "replication"])));
          return old?.status === "open" && old.replid === info.master_replid && old.epoch < epoch;
        },
      );
      await untilRecovered(stage, epoch, since);
    });
  },
};

const demoted: Drill = {
  name: "redis-demoted",
  fault: "Redis fails over to a lagging replica; the old primary copies it and is promoted again " +
    "without a restart, with a ledger of the very epoch that sells",
  promise: "Nothing is sold twice or lost when a primary is demoted and promoted again",
  takesS: 25,
  plan: { stock: 2_000, buyers: 3_000, buyersPerSecond: 100 },
  repeated: true,
  async inject(stage) {
    const { password } = new URL(stage.servers.redis.url);
    const old = new Redis(stage.servers.redis.url, { maxRetriesPerRequest: 1 });
    old.on("error", () => {});
    try {
      await withReplica(stage, async (replica) => {
        const { ask, epoch } = await failOver(stage, replica);
        await ask(["CONFIG", "SET", "repl-diskless-sync-delay", "0"]);
        await old.config("SET", "masterauth", password);
        await old.replicaof("127.0.0.1", replica.port);
        await poll("the old primary's copy of the new one", async () => {
          const info = readInfo(await old.info("replication"));
          return info.master_link_status === "up" ? true : null;
        }, { timeoutMs: SYNC_TIMEOUT_MS });
        stage.injected("the old primary demoted to a replica of the new one");
        const since = performance.now();
        await old.call("REPLICAOF", "NO", "ONE");
        sendTo(stage, stage.servers.redis.port);
        stage.injected("the old primary promoted again, everybody sent back to it");
        await stage.seen("it has the ledger of this epoch under another name", async () => {
          const meta = await readMeta(stage);
          const info = readInfo(await old.info("replication"));
          return info.role === "master" && meta?.epoch === epoch &&
            meta.replid !== info.master_replid;
        });
        await untilRecovered(stage, epoch, since);
      });
    } finally {
      await old.call("REPLICAOF", "NO", "ONE").catch(() => {});
      old.disconnect();
    }
  },
};

/** The process that nobody tells of the failover, and for how long it sells against two ledgers. */
const FORGOTTEN = "origin-1";
const SPLIT_MS = 3_000;

const split: Drill = {
  name: "redis-split",
  fault:
    "Redis fails over to a lagging replica, and one of two origins goes on with the old primary",
  promise:
    "Two ledgers of one item at once sell nothing twice: only the open one's buys are promised",
  takesS: 26,
  plan: { stock: 2_000, buyers: 3_000, buyersPerSecond: 100 },
  async inject(stage) {
    await withReplica(stage, async (replica) => {
      const { epoch } = await failOver(stage, replica, FORGOTTEN);
      const passed = stage.link(FORGOTTEN, "redis").passed.to_client;
      await stage.seen(`${FORGOTTEN} talks to an open ledger of an older epoch`, async () => {
        const old = await readMeta(stage);
        const talks = stage.link(FORGOTTEN, "redis").passed.to_client > passed;
        return talks && old?.status === "open" && old.epoch < epoch;
      });
      const before = await readMeta(stage);
      await stage.pause(SPLIT_MS);
      const after = await readMeta(stage);
      stage.expect("the old ledger gave nothing out any more", before?.n === after?.n);
      const since = performance.now();
      sendTo(stage, stage.servers.redis.port);
      stage.injected("everybody sent back to the old primary");
      await untilAtHome(stage);
      stage.measured("selling again", performance.now() - since, RECOVERY_AT_MOST_MS);
      await untilReserved(stage, "buyers to hear `reserved` from the new ledger");
    });
  },
};

/** Redis is replaced by a copy of itself. */
export const REDIS_FAILOVER_DRILLS: Drill[] = [failover, demoted, split];
