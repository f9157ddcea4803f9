import type { Drill, Stage } from "./drill.ts";
import {
  firstAt,
  isItemLocked,
  itemOf,
  killPart,
  loseLedger,
  MARK_TIMEOUT_MS,
  partsOf,
  reservationsOf,
  rowsOf,
  untilReady,
  untilReopened,
  untilRestarted,
  untilWritten,
} from "./stage_looks.ts";
import { ACKNOWLEDGE, COMMIT, RECOVERY_STEPS, RESTOCK_WRITTEN } from "./wire_marks.ts";

/** Longest from the restart of a killed worker until the orders it held are written. */
const WRITTEN_AFTER_RESTART_MS = 10_000;

/** Longest from the death of a coordinator until another has opened the item. */
const COORDINATOR_TAKEOVER_MS = 15_000;

/** Longest that a due order may stay unpaid when the worker that ends it dies over it. */
const SWEEPER_TAKEOVER_MS = 15_000;

const PATIENCE_MS = 30_000;

/** Kills the only worker and measures from its restart until everything given out is written. */
async function killAndWrite(stage: Stage, name: string, peer: "mysql" | "amqp"): Promise<void> {
  const { pid } = await killPart(stage, name);
  stage.link(name, peer).restore();
  const restartedAt = await untilRestarted(stage, name, pid);
  const count = await untilWritten(stage, PATIENCE_MS);
  const ms = performance.now() - restartedAt;
  stage.measured("orders of the killed worker, from its restart", ms, WRITTEN_AFTER_RESTART_MS);
  stage.counted("reservations with rows", count);
}

const BEFORE_COMMIT: Drill = {
  name: "worker-killed-before-commit",
  fault: "kill -9 of the only worker when a batch is written and not committed",
  promise: "the batch comes again and is written whole",
  plan: { workers: 1, paying: 0, cancelling: 0, buyersPerSecond: 120 },
  takesS: 12,
  short: true,
  repeated: true,
  async inject(stage) {
    const name = partsOf(stage, "worker")[0]!;
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    await stage.link(name, "mysql").silenceAt(COMMIT, MARK_TIMEOUT_MS);
    stage.injected(`the COMMIT of ${name} is held back`);
    await stage.seen("its transaction is open, and reservations have no rows", async () => {
      const given = await reservationsOf(stage);
      return await isItemLocked(stage) && await rowsOf(stage, given) < given.count;
    });
    await killAndWrite(stage, name, "mysql");
  },
};

const BEFORE_ACK: Drill = {
  name: "worker-killed-before-ack",
  fault: "kill -9 of the only worker when a batch is committed and not acknowledged",
  promise: "the batch comes again and is not written again",
  plan: { workers: 1, paying: 0, cancelling: 0, buyersPerSecond: 120 },
  takesS: 12,
  short: true,
  repeated: true,
  async inject(stage) {
    const name = partsOf(stage, "worker")[0]!;
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    await stage.link(name, "amqp").silenceAt(ACKNOWLEDGE, MARK_TIMEOUT_MS);
    stage.injected(`the acknowledgements of ${name} are held back`);
    await stage.seen("messages are written and the broker still waits for the word", async () => {
      const { unacked } = await stage.probe.queues();
      const given = await reservationsOf(stage);
      return unacked > 0 && await rowsOf(stage, given) > 0;
    });
    await killAndWrite(stage, name, "amqp");
  },
};

/** Makes the item's ledger go away, and kills whoever recovers it at this step. */
async function killCoordinator(
  stage: Stage,
  { name: step, peer, mark }: typeof RECOVERY_STEPS[number],
): Promise<void> {
  const { openEpoch } = await stage.probe.item();
  const arriving = firstAt(stage, partsOf(stage, "worker"), peer, mark, PATIENCE_MS);
  arriving.catch(() => {});
  const lost = stage.random() < 0.5 ? "everything" : "meta";
  await loseLedger(stage, lost);
  stage.injected(`${lost} of the ledger of ${itemOf(stage)} is thrown away`);
  const name = await arriving;
  stage.injected(`${name}, who recovers it, is held ${step}`);
  await stage.seen("the recovery has begun and is not over", async () => {
    const item = await stage.probe.item();
    return item.epoch > openEpoch && item.openEpoch === 0;
  });
  const { at } = await killPart(stage, name);
  stage.link(name, peer).restore();
  await untilReopened(stage, openEpoch, PATIENCE_MS);
  const ms = performance.now() - at;
  stage.measured(`takeover of the coordinator killed ${step}`, ms, COORDINATOR_TAKEOVER_MS);
  await untilReady(stage, name);
}

/** How many steps one run of the drill tries. */
const STEPS_PER_RUN = 3;

const COORDINATOR: Drill = {
  name: "coordinator-killed",
  fault: "kill -9 of the worker that recovers a lost ledger, at three steps chosen by the seed",
  promise: "another worker recovers the ledger from the start; nothing is opened twice",
  plan: { stock: 5_000, buyers: 6_000, buyersPerSecond: 100 },
  takesS: 32,
  repeated: true,
  async inject(stage) {
    await stage.crowd.untilWon(150, MARK_TIMEOUT_MS);
    const first = Math.floor(stage.random() * RECOVERY_STEPS.length);
    for (let nth = 0; nth < STEPS_PER_RUN; nth += 1) {
      // Neighbours are far apart, and no step comes twice.
      await killCoordinator(stage, RECOVERY_STEPS[(first + nth * 2) % RECOVERY_STEPS.length]!);
      const { reserved } = await stage.crowd.view();
      await stage.crowd.untilWon(reserved + 30, MARK_TIMEOUT_MS);
    }
  },
};

/** Ids of orders that are due and not ended yet; with `upTo`, only of those up to that id. */
async function dueOrders({ probe }: Stage, upTo = Number.MAX_SAFE_INTEGER): Promise<number[]> {
  const rows = await probe.sql<{ id: number }>(
    "SELECT id FROM orders WHERE status = 'unpaid' AND pay_by <= ? AND id <= ? ORDER BY id",
    [Date.now(), upTo],
  );
  return rows.map(({ id }) => id);
}

const SWEEPER: Drill = {
  name: "sweeper-killed",
  fault: "kill -9 of the worker that ends unpaid orders, in the middle of its transaction",
  promise: "each due order is ended once and its piece comes back once",
  plan: { paymentWindowS: 3, paying: 0, cancelling: 0, buyersPerSecond: 100 },
  takesS: 15,
  repeated: true,
  async inject(stage) {
    await stage.crowd.untilWon(20, MARK_TIMEOUT_MS);
    const name = await firstAt(stage, partsOf(stage, "worker"), "mysql", RESTOCK_WRITTEN);
    stage.injected(`${name}, who ends due orders, is held before its commit`);
    let due: number[] = [];
    await stage.seen("due orders are unpaid, and a transaction holds their item", async () => {
      due = await dueOrders(stage);
      return due.length > 0 && await isItemLocked(stage);
    });
    const { at } = await killPart(stage, name);
    stage.link(name, "mysql").restore();
    stage.counted("orders due when it was killed", due.length);
    await stage.until(
      "those orders are ended",
      async () => (await dueOrders(stage, due.at(-1))).length === 0,
      PATIENCE_MS,
    );
    stage.measured("takeover of the sweeper", performance.now() - at, SWEEPER_TAKEOVER_MS);
    await untilReady(stage, name);
  },
};

/** A killed worker is killed again this long after its restart. */
const CRASH_AFTER_MS = 300;
const CRASH_LOOP_MS = 8_000;

const CRASH_LOOP: Drill = {
  name: "worker-crash-loop",
  fault: "the only worker is killed (-9) over and over for 8 s, 300 ms after every start",
  promise: "nothing is lost, and the backlog is written once the worker stays up",
  plan: { workers: 1, stock: 4_000, buyers: 5_000, buyersPerSecond: 100, paying: 0 },
  takesS: 25,
  async inject(stage) {
    const name = partsOf(stage, "worker")[0]!;
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const endsAt = performance.now() + CRASH_LOOP_MS;
    let kills = 0;
    let lastPid = 0;
    while (performance.now() < endsAt) {
      const { pid } = stage.part(name);
      if (pid === null || pid === lastPid) {
        await stage.pause(20);
        continue;
      }
      if (kills > 0) await stage.pause(CRASH_AFTER_MS);
      stage.part(name).signal("SIGKILL");
      await stage.seen(
        `process ${pid} is gone`,
        async () => await stage.probe.processState(pid) === null,
      );
      lastPid = pid;
      kills += 1;
    }
    stage.injected(`kill -9 of ${name}, ${kills} times`);
    stage.expect("it was killed more than once", kills > 1);
    const restartedAt = await untilRestarted(stage, name, lastPid);
    stage.counted("reservations with rows", await untilWritten(stage, PATIENCE_MS));
    const ms = performance.now() - restartedAt;
    stage.measured("the backlog, from the last restart", ms, WRITTEN_AFTER_RESTART_MS);
  },
};

/** Kills of workers while they write, recover and end orders. */
export const WORKER_KILL_DRILLS: readonly Drill[] = [
  BEFORE_COMMIT,
  BEFORE_ACK,
  COORDINATOR,
  SWEEPER,
  CRASH_LOOP,
];
