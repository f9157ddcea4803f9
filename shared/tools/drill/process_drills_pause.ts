import type { LinkMark } from "../../testing/faulty_link.ts";
import type { Drill, Stage } from "./drill.ts";
import { untilReserved } from "./selling.ts";
import {
  areRecorded,
  freeze,
  isItemLocked,
  loseLedger,
  MARK_TIMEOUT_MS,
  partsOf,
  stayingOf,
  type Unsettled,
  untilReady,
  untilReopened,
  untilWritten,
} from "./stage_looks.ts";
import { callOf, publishOf } from "./wire_marks.ts";

const NAME = "origin-1";

/** How long an origin sleeps. */
const SLEEP_MS = 60_000;

/** What an origin is about to read waits this long, so that it is asleep before it comes. */
const REPLY_LATE_MS = 150;

/** How long a sleeper has, once it is awake, for what it was about to do. */
const AFTERMATH_MS = 3_000;

const REOPENED_TIMEOUT_MS = 30_000;

/** A slow crowd, which lasts for the whole of the sleep. */
const LONG_SALE = { stock: 4_000, buyers: 6_000, buyersPerSecond: 50 };

/** Batches looked at for one that somebody wins in; most are. */
const MAX_SLEEPS = 10;

/**
 * Puts the origin to sleep between what it sent and the reply to that, with messages in the outbox
 * that are its own. Returns those.
 */
async function sleepBeforeReply(
  stage: Stage,
  peer: "redis" | "amqp",
  sends: LinkMark,
): Promise<Unsettled[]> {
  const link = stage.link(NAME, peer);
  for (let sleeps = 0; sleeps < MAX_SLEEPS; sleeps += 1) {
    link.delay(REPLY_LATE_MS, "to_client");
    await link.silenceAt(sends, MARK_TIMEOUT_MS);
    stage.part(NAME).signal("SIGSTOP");
    const messages = await stayingOf(stage);
    if (messages.length > 0) return messages;
    // A batch of buyers who only asked again leaves no message.
    stage.part(NAME).signal("SIGCONT");
    link.restore();
  }
  throw new Error(`Cannot inject as none of ${MAX_SLEEPS} batches left a message in the outbox`);
}

/** Notes that the origin sleeps, and that its messages are, or are not, recorded. */
async function seenAsleep(stage: Stage, messages: Unsettled[], areOrders: boolean): Promise<void> {
  const pid = stage.part(NAME).pid ?? 0;
  await stage.seen(
    `process ${pid} of ${NAME} is stopped`,
    async () => await stage.probe.processState(pid) === "T",
  );
  const all = areOrders ? messages.length : 0;
  await stage.seen(
    `${messages.length} of its messages are in the outbox, ${all} of them with orders`,
    async () => await recorded(stage, messages) === all,
  );
}

/** Lets the sleeper go on with what it had in hand, in a world that has moved on. */
async function wake(stage: Stage, peer: "redis" | "amqp", sinceMs: number): Promise<void> {
  await stage.pause(Math.max(0, SLEEP_MS - (performance.now() - sinceMs)));
  stage.part(NAME).signal("SIGCONT");
  stage.injected(`${NAME} goes on after ${SLEEP_MS / 1_000} s`);
  await stage.pause(AFTERMATH_MS);
  stage.link(NAME, peer).restore();
  await untilReady(stage, NAME);
}

/** Opens another epoch meanwhile. */
async function moveOn(stage: Stage): Promise<void> {
  const { openEpoch } = await stage.probe.item();
  await loseLedger(stage);
  stage.injected("the ledger is thrown away meanwhile, and recovered in a new epoch");
  await untilReopened(stage, openEpoch, REOPENED_TIMEOUT_MS);
}

const BEFORE_PUBLISHING: Drill = {
  name: "origin-asleep-before-publishing",
  fault: "an origin stops for a minute between deduction and publish; a new epoch opens meanwhile",
  promise:
    "what it publishes when it wakes is returned: nobody is promised a piece of a lost epoch",
  plan: LONG_SALE,
  takesS: 80,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const messages = await sleepBeforeReply(stage, "redis", callOf("deduct", "after"));
    const sinceMs = performance.now();
    stage.injected(`${NAME} sleeps, the ledger's reply to its deduction in its socket`);
    await seenAsleep(stage, messages, false);
    await moveOn(stage);
    stage.counted("messages of the lost epoch that were never published", messages.length);
    await untilReserved(stage, "buyers to hear `reserved` while it sleeps");
    await wake(stage, "redis", sinceMs);
    stage.expect("no late message became an order", (await recorded(stage, messages)) === 0);
  },
};

const BEFORE_ANSWERING: Drill = {
  name: "origin-asleep-before-answering",
  fault: "an origin stops for a minute between publish and answer; a new epoch opens meanwhile",
  promise: "what the broker has taken becomes orders, whoever was to answer",
  plan: LONG_SALE,
  takesS: 80,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const messages = await sleepBeforeReply(stage, "amqp", publishOf("after"));
    const sinceMs = performance.now();
    stage.injected(`${NAME} sleeps, the broker's confirm in its socket`);
    await seenAsleep(stage, messages, true);
    stage.counted("messages with orders that nobody was told of", messages.length);
    await moveOn(stage);
    await untilReserved(stage, "buyers to hear `reserved` while it sleeps");
    await wake(stage, "amqp", sinceMs);
    stage.expect(
      "every message that the broker took is recorded",
      (await recorded(stage, messages)) === messages.length,
    );
  },
};

async function recorded(stage: Stage, messages: Unsettled[]): Promise<number> {
  const known = await areRecorded(stage, messages.map(({ messageId }) => messageId));
  return known.filter(Boolean).length;
}

/** Longer than the broker waits for a silent consumer: two heartbeats of 5 s and some. */
const HOLDING_MS = 20_000;

/** What makes a transaction long enough to be caught in the middle. */
const STATEMENT_LATE_MS = 40;

const HOLDING_A_BATCH: Drill = {
  name: "worker-asleep-with-a-batch",
  fault: "a worker stops for 20 s in the middle of a transaction; the broker gives its batch away",
  promise: "two workers with one batch write it once",
  plan: { paying: 0, cancelling: 0, stock: 5_000, buyers: 6_000, buyersPerSecond: 60 },
  takesS: 40,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const workers = partsOf(stage, "worker");
    for (const name of workers) stage.link(name, "mysql").delay(STATEMENT_LATE_MS);
    const busy = await busiest(stage, workers);
    await catchInTransaction(stage, busy);
    stage.injected(`${busy} sleeps with a transaction open, its batch not acknowledged`);
    await stage.pause(HOLDING_MS);
    const { ready } = await stage.probe.waiting();
    stage.counted("messages that waited for it", ready);
    stage.part(busy).signal("SIGCONT");
    for (const name of workers) stage.link(name, "mysql").restore();
    stage.injected(`${busy} goes on after ${HOLDING_MS / 1_000} s`);
    stage.counted("reservations with rows", await untilWritten(stage, REOPENED_TIMEOUT_MS));
    await untilReady(stage, busy);
  },
};

/** The worker that takes the deliveries: its transactions hold the item's row. */
async function busiest(stage: Stage, workers: string[]): Promise<string> {
  const heard = () => workers.map((name) => stage.link(name, "amqp").passed.to_client);
  const before = heard();
  await stage.pause(1_000);
  const more = heard().map((bytes, at) => bytes - before[at]!);
  return workers[more.indexOf(Math.max(...more))]!;
}

async function catchInTransaction(stage: Stage, name: string): Promise<void> {
  await stage.seen(`${name} is stopped and holds the item's row`, async () => {
    if (!await isItemLocked(stage)) return false;
    stage.part(name).signal("SIGSTOP");
    // What is on the wire still comes; only what stays locked is held by the sleeper.
    await stage.pause(STATEMENT_LATE_MS * 6);
    if (await isItemLocked(stage)) return true;
    stage.part(name).signal("SIGCONT");
    return false;
  }, MARK_TIMEOUT_MS);
}

/** How long the workers stand still while buys go on. */
const BACKLOG_MS = 10_000;

const BACKLOG: Drill = {
  name: "workers-asleep",
  fault: "all workers stop for 10 s while buys go on",
  promise: "buys need no worker; the backlog is written afterwards",
  plan: { stock: 4_000, buyers: 5_000, paying: 0, cancelling: 0 },
  takesS: 20,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    const workers = partsOf(stage, "worker");
    for (const name of workers) await freeze(stage, name);
    stage.injected(`${workers.join(" and ")} sleep`);
    const rows = (await stage.probe.item()).sold;
    await stage.pause(BACKLOG_MS);
    const { reserved } = await stage.crowd.view();
    stage.counted("buys that went on", reserved - rows);
    stage.expect("buys went on without workers", reserved > rows);
    for (const name of workers) stage.part(name).signal("SIGCONT");
    const since = performance.now();
    stage.counted("reservations with rows", await untilWritten(stage, REOPENED_TIMEOUT_MS));
    stage.measured("the backlog written", performance.now() - since, REOPENED_TIMEOUT_MS);
  },
};

/** Processes that stop and go on. */
export const PAUSE_DRILLS: readonly Drill[] = [
  BEFORE_PUBLISHING,
  BEFORE_ANSWERING,
  HOLDING_A_BATCH,
  BACKLOG,
];
