import { DatabaseHand } from "./database_hand.ts";
import type { Drill, Stage } from "./drill.ts";
import { isFrozen, isRefused, readMeta, untilReserved, untilUnderWay } from "./selling.ts";

/** How long the database is away, and how long its backlog may take afterwards. */
const AWAY_MS = 60_000;
const BACKLOG_AT_MOST_MS = 60_000;

const FROZEN_MS = 12_000;

/** Longer than the product lets a statement wait for a row. */
const HELD_MS = 4_500;

const DEADLOCKS = 12;
/** Between the two locks of a provoked deadlock: a writer comes by in that time. */
const BETWEEN_LOCKS_MS = 100;

const KILL_ROUNDS = 10;
const BETWEEN_KILLS_MS = 400;

/** Pause between two looks at whether the backlog is gone. */
const LOOK_TIMEOUT_MS = BACKLOG_AT_MOST_MS + 30_000;

/**
 * Waits until everything that was reserved before this call is in the order book, and notes how long
 * that took.
 */
async function untilWritten(stage: Stage, since: number): Promise<void> {
  const reached = await readMeta(stage);
  if (!reached) throw new Error("Cannot follow the backlog as the ledger must be there: it is not");
  const { saleId, productId } = stage.sale;
  const first = reached.epoch * 1e9;
  let written = 0;
  await stage.until(`${reached.n} reservations to be written`, async () => {
    const [row] = await stage.probe.sql<{ n: number }>(
      "SELECT COUNT(*) AS n FROM orders WHERE sale_id = ? AND product_id = ? AND seq BETWEEN ? AND ?",
      [saleId, productId, first + 1, first + reached.n],
    );
    written = Number(row?.n ?? 0);
    return written === reached.n;
  }, LOOK_TIMEOUT_MS);
  stage.measured("backlog gone", performance.now() - since, BACKLOG_AT_MOST_MS);
}

/** Runs `work` and expects that buyers heard `reserved` during all of it. */
async function whileSelling(stage: Stage, work: () => Promise<void>): Promise<void> {
  const before = (await stage.crowd.view()).reserved;
  await work();
  const during = (await stage.crowd.view()).reserved - before;
  stage.counted("reserved meanwhile", during);
  stage.expect("buys went on", during > 0);
}

const away: Drill = {
  name: "database-away",
  fault: "MySQL is killed (-9) and stays away for 60 s while the sale goes on",
  promise: "Buys go on without the database, and the backlog of 60 s is gone 60 s later",
  takesS: 105,
  plan: { stock: 6_000, buyers: 7_000, buyersPerSecond: 60, paying: 0.1 },
  async inject(stage) {
    await untilUnderWay(stage);
    const { mysql } = stage.servers;
    await whileSelling(stage, async () => {
      await mysql.kill();
      stage.injected("MySQL killed with -9");
      await stage.seen("its port refuses", () => isRefused(mysql.port));
      await stage.pause(AWAY_MS);
    });
    await mysql.start();
    stage.injected(`and started again after ${AWAY_MS} ms`);
    await untilWritten(stage, performance.now());
  },
};

const frozen: Drill = {
  name: "database-paused",
  fault: "MySQL is stopped (SIGSTOP) for 12 s in the middle of its transactions",
  promise: "A transaction whose end nobody heard is written once",
  takesS: 28,
  plan: { stock: 3_000, buyers: 3_500, buyersPerSecond: 100 },
  async inject(stage) {
    await untilUnderWay(stage);
    const { mysql } = stage.servers;
    const pids = mysql.pids();
    await whileSelling(stage, async () => {
      await mysql.pause();
      stage.injected("MySQL stopped");
      await stage.seen("its process is stopped", () => isFrozen(stage, pids));
      await stage.pause(FROZEN_MS);
    });
    await mysql.resume();
    stage.injected(`and let go on after ${FROZEN_MS} ms`);
    await untilWritten(stage, performance.now());
  },
};

const lockWaits: Drill = {
  name: "database-lock-waits",
  fault: "somebody holds the item's row for longer than a transaction waits for it",
  promise: "A row that somebody else holds delays orders and loses none",
  takesS: 15,
  plan: { buyersPerSecond: 120 },
  short: true,
  async inject(stage) {
    await untilUnderWay(stage);
    await DatabaseHand.use(stage, async (hand) => {
      const before = await hand.rowLockWaits();
      await whileSelling(stage, async () => {
        const held = hand.holdItem(HELD_MS);
        stage.injected(`the item's row held for ${HELD_MS} ms`);
        await stage.seen("transactions wait for the row", async () => {
          const [row] = await stage.probe.sql<{ Value: string }>(
            "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'",
          );
          return Number(row?.Value) > 0;
        });
        await held;
      });
      await untilWritten(stage, performance.now());
      stage.counted("waits for rows", await hand.rowLockWaits() - before);
    });
  },
};

const deadlocks: Drill = {
  name: "database-deadlocks",
  fault:
    "the transactions that write orders run into deadlocks and are rolled back, again and again",
  promise: "A deadlock is nobody's loss: the transaction is done again",
  takesS: 11,
  plan: { buyersPerSecond: 120 },
  async inject(stage) {
    await untilUnderWay(stage);
    await DatabaseHand.use(stage, async (hand) => {
      await hand.makeBallast();
      try {
        const before = await hand.deadlocks();
        await whileSelling(stage, async () => {
          for (let at = 0; at < DEADLOCKS; at += 1) {
            // Where this hand was the one to be rolled back, it was a deadlock all the same.
            await hand.provokeDeadlock(BETWEEN_LOCKS_MS).catch(() => {});
          }
        });
        stage.injected(`${DEADLOCKS} deadlocks provoked`);
        await stage.seen("the server counts deadlocks", async () => {
          return await hand.deadlocks() - before >= DEADLOCKS / 2;
        });
        stage.counted("deadlocks", await hand.deadlocks() - before);
        await untilWritten(stage, performance.now());
      } finally {
        await hand.dropBallast();
      }
    });
  },
};

const connectionsKilled: Drill = {
  name: "database-connections-killed",
  fault: "every connection to MySQL is killed, again and again while orders are written",
  promise: "A connection that breaks in the middle of a transaction loses and doubles nothing",
  takesS: 15,
  plan: { buyersPerSecond: 120 },
  async inject(stage) {
    await untilUnderWay(stage);
    await DatabaseHand.use(stage, async (hand) => {
      let killed = 0;
      await whileSelling(stage, async () => {
        for (let round = 0; round < KILL_ROUNDS; round += 1) {
          killed += await hand.killOthers();
          await stage.pause(BETWEEN_KILLS_MS * (0.5 + stage.random()));
        }
      });
      stage.injected(`${KILL_ROUNDS} rounds of KILL`);
      await stage.seen("connections were killed", () => Promise.resolve(killed >= KILL_ROUNDS));
      stage.counted("connections killed", killed);
      await untilReserved(stage, "`reserved`");
      await untilWritten(stage, performance.now());
    });
  },
};

/** The database is away, slow, or gives up transactions. */
export const DATABASE_DRILLS: Drill[] = [away, frozen, lockWaits, deadlocks, connectionsKilled];
