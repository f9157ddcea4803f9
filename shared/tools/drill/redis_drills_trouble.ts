import type { Drill, Stage } from "./drill.ts";
import { readInfo } from "./redis_replica.ts";
import {
  isFrozen,
  readMeta,
  RECOVERY_AT_MOST_MS,
  untilReserved,
  untilUnderWay,
} from "./selling.ts";

const FROZEN_MS = 10_000;
const FULL_MS = 3_000;

/** Pause between two looks at what must not change. */
const LOOK_EVERY_MS = 250;

/** How long a wrong key may stay before it is deleted by hand. */
const BY_ITSELF_MS = 10_000;

/** Bound for selling again when nothing was lost; connections are made anew within it. */
const BACK_AT_MOST_MS = 10_000;

const paused: Drill = {
  name: "redis-paused",
  fault: "Redis is stopped (SIGSTOP) for 10 s while it sells, with every connection open",
  promise: "Buyers are refused in time while Redis is silent, and it decides nothing afterwards " +
    "that was refused",
  takesS: 23,
  plan: { buyersPerSecond: 150 },
  async inject(stage) {
    await untilUnderWay(stage);
    const { redis } = stage.servers;
    const pids = redis.pids();
    await redis.pause();
    stage.injected("Redis stopped");
    await stage.seen("its process is stopped", () => isFrozen(stage, pids));
    await stage.pause(FROZEN_MS);
    await redis.resume();
    stage.injected(`and let go on after ${FROZEN_MS} ms`);
    stage.measured("reserving again", await untilReserved(stage, "`reserved`"), BACK_AT_MOST_MS);
  },
};

const outOfMemory: Drill = {
  name: "redis-out-of-memory",
  fault: "Redis has no memory left (noeviction): every script that writes is refused",
  promise: "Nothing is half decided when Redis is full; buyers are refused and can buy afterwards",
  takesS: 12,
  async inject(stage) {
    await untilUnderWay(stage);
    try {
      await stage.probe.redis(["CONFIG", "SET", "maxmemory", "1"]);
      stage.injected("maxmemory of one byte");
      await stage.seen("writing is refused", async () => {
        const refusal = await stage.probe.redis(["SET", stage.probe.key("drill"), "1"])
          .then(() => "", String);
        return refusal.includes("OOM");
      });
      const before = await readMeta(stage);
      await stage.pause(FULL_MS);
      const after = await readMeta(stage);
      stage.expect("the ledger did not change", after?.n === before?.n);
      stage.expect("the ledger was not given up", after?.epoch === before?.epoch);
    } finally {
      await stage.probe.redis(["CONFIG", "SET", "maxmemory", "0"]);
    }
    stage.injected("memory given back");
    stage.measured("reserving again", await untilReserved(stage, "`reserved`"), BACK_AT_MOST_MS);
  },
};

/** Times that the scripts are thrown away, and the pause after each. */
const SCRIPT_FLUSHES = 8;
const BETWEEN_FLUSHES_MS = 250;

const scriptsFlushed: Drill = {
  name: "redis-scripts-flushed",
  fault: "SCRIPT FLUSH on Redis, again and again while it sells",
  promise: "Redis may forget its scripts at any moment: nobody notices",
  takesS: 10,
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    const { refusals } = await stage.crowd.view();
    const missedBefore = await scriptsMissed(stage);
    for (let flush = 0; flush < SCRIPT_FLUSHES; flush += 1) {
      await stage.probe.redis(["SCRIPT", "FLUSH"]);
      await stage.pause(BETWEEN_FLUSHES_MS);
    }
    stage.injected(`${SCRIPT_FLUSHES} times SCRIPT FLUSH`);
    await stage.seen("calls met scripts that were gone, after each flush", async () => {
      return await scriptsMissed(stage) >= missedBefore + SCRIPT_FLUSHES;
    });
    await untilReserved(stage, "`reserved`");
    stage.expect("it goes on in the same epoch", (await stage.probe.item()).openEpoch === epoch);
    const after = (await stage.crowd.view()).refusals;
    stage.expect("nobody was refused", JSON.stringify(after) === JSON.stringify(refusals));
  },
};

/** How often Redis has answered `NOSCRIPT` by its own count. */
async function scriptsMissed(stage: Stage): Promise<number> {
  const errors = readInfo(String(await stage.probe.redis(["INFO", "errorstats"])));
  return Number(/count=(\d+)/.exec(errors.errorstat_NOSCRIPT ?? "")?.[1] ?? 0);
}

/** The keys of an item that scripts read and write. */
const LEDGER_KEYS = ["due", "outbox", "holders", "meta"];

const wrongType: Drill = {
  name: "redis-wrong-type",
  fault: "the ledger's keys are overwritten with a text, one after the other, while it sells",
  promise:
    "A script that meets a key of a wrong type writes nothing at all, and the ledger is made anew",
  takesS: 32,
  plan: { stock: 4_000, buyers: 5_500, buyersPerSecond: 150 },
  async inject(stage) {
    await untilUnderWay(stage);
    for (const part of shuffled(LEDGER_KEYS, () => stage.random())) {
      const epoch = (await stage.probe.item()).openEpoch;
      await overwrite(stage, part);
      const startedAt = performance.now();
      const byItself = await healed(stage, part, epoch, BY_ITSELF_MS);
      if (!byItself) {
        await stage.probe.redis(["DEL", stage.probe.key(part)]);
        stage.injected(`${part} deleted by hand`);
      }
      stage.expect(`a wrong ${part} is mended without anybody's hand`, byItself);
      await untilReserved(stage, `\`reserved\` after ${part} was wrong`);
      const ms = performance.now() - startedAt;
      stage.measured(
        `selling again, ${part}, ${byItself ? "by itself" : "by hand"}`,
        ms,
        RECOVERY_AT_MOST_MS,
      );
    }
  },
};

async function overwrite(stage: Stage, part: string): Promise<void> {
  const key = stage.probe.key(part);
  await stage.probe.redis(["SET", key, "not a ledger"]);
  const before = part === "meta" ? null : await readMeta(stage);
  stage.injected(`${part} overwritten`);
  await stage.seen(`${part} is a text`, async () => {
    return await stage.probe.redis(["TYPE", key]) === "string";
  });
  await stage.pause(LOOK_EVERY_MS);
  const after = part === "meta" ? null : await readMeta(stage);
  if (before?.epoch !== after?.epoch) return;
  stage.expect(`nothing was decided on a wrong ${part}`, before?.n === after?.n);
}

/** Waits until a key is right again in a newer epoch; false when that did not come. */
async function healed(stage: Stage, part: string, epoch: number, ms: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < ms; waitedMs += LOOK_EVERY_MS) {
    const type = await stage.probe.redis(["TYPE", stage.probe.key(part)]);
    if (type !== "string" && (await stage.probe.item()).openEpoch > epoch) return true;
    await stage.pause(LOOK_EVERY_MS);
  }
  return false;
}

function shuffled<T>(values: T[], random: () => number): T[] {
  const rest = [...values];
  return values.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}

/** Redis works badly, but loses nothing that its scripts decided. */
export const REDIS_TROUBLE_DRILLS: Drill[] = [paused, outOfMemory, scriptsFlushed, wrongType];
