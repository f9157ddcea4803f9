import type { Stage } from "./drill.ts";

/** Won buys before something is broken: there is something to lose, and most of the sale is left. */
const WON_BEFORE_FAULT = 150;

/** Won buys after which the sale counts as going on again. */
const WON_AFTER_FAULT = 20;

const SELLING_TIMEOUT_MS = 30_000;
/** Longer than the promise, so that a broken promise is told with its time. */
const RECOVERY_TIMEOUT_MS = 60_000;

/** Bound of the promises: an item that lost its ledger sells again after so long. */
export const RECOVERY_AT_MOST_MS = 30_000;

/** Sends a raw command to some Redis. */
export type AskRedis = (command: string[]) => Promise<unknown>;

/** What the ledger of the drill's item says of itself; null where there is none. */
export interface LedgerMeta {
  epoch: number;
  /** Reservations of this epoch so far. */
  n: number;
  stock: number;
  status: string;
  replid: string;
}

/** Reads the ledger as it stands in a Redis, by default in the stage's. */
export async function readMeta(
  stage: Stage,
  ask: AskRedis = (command) => stage.probe.redis(command),
): Promise<LedgerMeta | null> {
  const fields = ["epoch", "n", "stock", "status", "replid"];
  const values = await ask(["HMGET", stage.probe.key("meta"), ...fields]) as (string | null)[];
  const [epoch, n, stock, status, replid] = values;
  if (!epoch || !status || !replid) return null;
  return { epoch: Number(epoch), n: Number(n), stock: Number(stock), status, replid };
}

/** Waits until the sale is under way and returns the epoch in which it sells. */
export async function untilUnderWay(stage: Stage): Promise<number> {
  await stage.crowd.untilWon(WON_BEFORE_FAULT, SELLING_TIMEOUT_MS);
  return (await stage.probe.item()).openEpoch;
}

/**
 * Waits until an epoch above `epoch` is open and has given out reservations, and until buyers have
 * heard of it. Notes how long it took since `since` (`performance.now()`).
 */
export async function untilRecovered(
  stage: Stage,
  epoch: number,
  since: number,
  ask?: AskRedis,
): Promise<void> {
  await stage.until("a new life of the ledger to sell", async () => {
    const { openEpoch } = await stage.probe.item();
    if (openEpoch <= epoch) return false;
    const meta = await readMeta(stage, ask);
    return meta !== null && meta.epoch === openEpoch && meta.n > 0;
  }, RECOVERY_TIMEOUT_MS);
  stage.measured("selling again", performance.now() - since, RECOVERY_AT_MOST_MS);
  await untilReserved(stage, "buyers to hear `reserved` from the new ledger");
}

/** Waits until buyers hear `reserved` who had not before this call; returns how long that took. */
export async function untilReserved(stage: Stage, what: string): Promise<number> {
  const startedAt = performance.now();
  const before = (await stage.crowd.view()).reserved;
  await stage.until(what, async () => {
    return (await stage.crowd.view()).reserved >= before + WON_AFTER_FAULT;
  }, SELLING_TIMEOUT_MS);
  return performance.now() - startedAt;
}

/** True when nobody takes connections on a loopback port. */
export async function isRefused(port: number): Promise<boolean> {
  try {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused;
  }
}

/** True when every process of a paused server is stopped. */
export async function isFrozen(stage: Stage, pids: number[]): Promise<boolean> {
  const states = await Promise.all(pids.map((pid) => stage.probe.processState(pid)));
  return states.length > 0 && states.every((state) => state === "T");
}
