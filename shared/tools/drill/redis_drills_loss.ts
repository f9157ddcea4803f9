import { join } from "node:path";
import { RedisFolder } from "../services/redis_folder.ts";
import type { Drill, Stage } from "./drill.ts";
import { readInfo } from "./redis_replica.ts";
import { isRefused, readMeta, untilRecovered, untilUnderWay } from "./selling.ts";

/** How old the data of a restored Redis are. */
const STALE_MS = 2_000;

const RESERVED_KEPT = "What was reserved stays reserved, and nothing is sold twice or left over";

/** The folder in which the stage's Redis keeps its append-only files. */
async function folderOf(stage: Stage): Promise<RedisFolder> {
  const setting = async (name: string) =>
    (await stage.probe.redis(["CONFIG", "GET", name]) as string[])[1] ?? "";
  return new RedisFolder(join(await setting("dir"), await setting("appenddirname")));
}

async function replidOf(stage: Stage): Promise<string | undefined> {
  return readInfo(String(await stage.probe.redis(["INFO", "replication"]))).master_replid;
}

/** Kills Redis, does something to its files, starts it again; returns when it answers. */
async function restart(stage: Stage, meanwhile: () => Promise<void>): Promise<void> {
  const { redis } = stage.servers;
  await redis.kill();
  stage.injected("Redis killed with -9");
  await stage.seen("its port refuses", () => isRefused(redis.port));
  await meanwhile();
  await redis.start();
}

const killed: Drill = {
  name: "redis-killed",
  fault: "Redis is killed (-9) while it sells and started again on its own data",
  promise: `${RESERVED_KEPT} when Redis restarts`,
  takesS: 12,
  plan: { buyersPerSecond: 150 },
  short: true,
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    const replid = await replidOf(stage);
    const since = performance.now();
    await restart(stage, () => Promise.resolve());
    await stage.seen("it is another server with the old data", async () => {
      const meta = await readMeta(stage);
      return meta?.replid === replid && await replidOf(stage) !== replid;
    });
    await untilRecovered(stage, epoch, since);
  },
};

const lost: Drill = {
  name: "redis-lost",
  fault: "Redis is killed (-9) while it sells and comes back empty",
  promise: `${RESERVED_KEPT} when the disk of Redis is lost`,
  takesS: 13,
  plan: { buyersPerSecond: 150 },
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    const folder = await folderOf(stage);
    const since = performance.now();
    await restart(stage, () => folder.empty());
    stage.injected("its data removed");
    await stage.seen("its ledger is gone", async () => await readMeta(stage) === null);
    await untilRecovered(stage, epoch, since);
  },
};

const flushed: Drill = {
  name: "redis-flushed",
  fault: "FLUSHALL on Redis while it sells; the server stays, with its scripts and its identity",
  promise: `${RESERVED_KEPT} when somebody empties Redis`,
  takesS: 12,
  plan: { buyersPerSecond: 150 },
  short: true,
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    const replid = await replidOf(stage);
    const since = performance.now();
    await stage.probe.redis(["FLUSHALL"]);
    stage.injected("FLUSHALL");
    await stage.seen("the ledger is gone and the server is the same", async () => {
      return await readMeta(stage) === null && await replidOf(stage) === replid;
    });
    await untilRecovered(stage, epoch, since);
  },
};

const stale: Drill = {
  name: "redis-stale",
  fault: "Redis is killed (-9) and comes back with a backup of its data that is two seconds old",
  promise: `${RESERVED_KEPT} when Redis comes back with stock that is two seconds old`,
  takesS: 15,
  plan: { buyersPerSecond: 150 },
  short: true,
  repeated: true,
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    const folder = await folderOf(stage);
    const backup = await Deno.makeTempDir({ prefix: "dropgate-stale-" });
    try {
      await folder.copyTo(join(backup, "old"));
      await stage.pause(STALE_MS);
      const newest = await readMeta(stage);
      const since = performance.now();
      await restart(stage, () => folder.replaceBy(join(backup, "old")));
      stage.injected(`put data in its place that are ${STALE_MS} ms old`);
      await stage.seen("it has an open ledger with fewer reservations", async () => {
        const old = await readMeta(stage);
        if (!old || !newest || old.epoch !== newest.epoch || old.n >= newest.n) return false;
        stage.counted("reservations that Redis forgot", newest.n - old.n);
        return true;
      });
      await untilRecovered(stage, epoch, since);
    } finally {
      await Deno.remove(backup, { recursive: true });
    }
  },
};

/** Redis loses all or part of what it knew. */
export const REDIS_LOSS_DRILLS: Drill[] = [killed, lost, flushed, stale];
