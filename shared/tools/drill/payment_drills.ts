import { BrokerHand } from "./broker_looks.ts";
import type { Drill, Stage } from "./drill.ts";
import {
  isFair,
  paymentsShare,
  type RacedOrder,
  type RaceEnd,
  raceEnds,
  RaceHand,
} from "./payment_race.ts";
import { MARK_TIMEOUT_MS } from "./stage_looks.ts";

/** Races in one run. */
const RACES = 1_000;

/** How often the drill looks for orders to race for, and how many it takes up at once. */
const LOOK_EVERY_MS = 100;
const ORDERS_PER_LOOK = 500;

/** A run that has not found its races by then gives up. */
const RACES_TIMEOUT_MS = 40_000;

/** A quarter of the races is between a payment and the buyer's own cancel. */
const BY_BUYER = 0.25;

/** Payment and cancel of one race are this close to each other, ms. */
const JITTER_MS = 30;

/** When the moment of a payment is settled, ms before the deadline: the farthest that it may move. */
const DECIDED_BEFORE_MS = 1_000;

/** The aim is moved by this much, so that neither side wins nearly all, ms. */
const AIM_STEP_MS = 20;

/** How far back the outcomes reach that move the aim, and between which shares it stays. */
const AIM_LOOK_BACK_MS = 1_000;
const FAIR_SHARE = { from: 0.35, to: 0.65 };

/** Fewest races that either side must win, so that there were races. */
const EITHER_SIDE = 30;

const REST_TIMEOUT_MS = 30_000;

/** The races of one run. */
class Races {
  readonly #stage: Stage;
  readonly #hand: RaceHand;
  readonly #running = new Set<Promise<void>>();
  /** When payments are sent, ms after the deadline. */
  #aimMs = 0;
  #lastId = 0;
  begun = 0;
  /** Answers to payments and to buyers' cancels, by status. */
  readonly payments: Record<number, number> = {};
  readonly cancels: Record<number, number> = {};

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#hand = new RaceHand(stage);
  }

  /** Begins races for what was written since the last time, up to the number of races. */
  async begin(): Promise<void> {
    const orders = await this.#stage.probe.sql<RacedOrder>(
      `SELECT id, ticket, user_id, pay_by, amount, currency FROM orders
        WHERE id > ? AND status = 'unpaid' ORDER BY id LIMIT ${ORDERS_PER_LOOK}`,
      [this.#lastId],
    );
    for (const order of orders) {
      this.#lastId = order.id;
      if (this.begun >= RACES) return;
      this.begun += 1;
      this.#follow(
        this.#stage.random() < BY_BUYER ? this.#againstBuyer(order) : this.#againstDeadline(order),
      );
    }
  }

  /**
   * Moves the moment of the payments to where the deadline is enforced: earlier when the cancel has
   * won nearly all races of late, later when the payment has.
   */
  async aim(): Promise<void> {
    const share = await paymentsShare(this.#stage, Date.now() - AIM_LOOK_BACK_MS);
    if (share === null) return;
    if (share < FAIR_SHARE.from) this.#aimMs -= AIM_STEP_MS;
    if (share > FAIR_SHARE.to) this.#aimMs += AIM_STEP_MS;
  }

  async finish(): Promise<void> {
    await Promise.all(this.#running);
  }

  #follow(race: Promise<void>): void {
    const followed = race.finally(() => this.#running.delete(followed));
    this.#running.add(followed);
  }

  /** Pays around the moment at which the deadline is enforced. */
  async #againstDeadline(order: RacedOrder): Promise<void> {
    // Decided late, so that what was learnt meanwhile counts.
    await this.#stage.pause(Math.max(0, order.pay_by - DECIDED_BEFORE_MS - Date.now()));
    const at = order.pay_by + this.#aimMs + JITTER_MS * (2 * this.#stage.random() - 1);
    await this.#stage.pause(Math.max(0, at - Date.now()));
    count(this.payments, await this.#hand.pay(order, "deadline"));
  }

  /** Pays while the buyer cancels. */
  async #againstBuyer(order: RacedOrder): Promise<void> {
    const token = await this.#hand.signIn(order.user_id);
    const [paysAt, cancelsAt] = [this.#stage.random(), this.#stage.random()];
    const paying = this.#stage.pause(paysAt * JITTER_MS).then(() => this.#hand.pay(order, "buyer"));
    const cancelling = this.#stage.pause(cancelsAt * JITTER_MS)
      .then(() => this.#hand.cancel(token, order.ticket));
    const [paid, cancelled] = await Promise.all([paying, cancelling]);
    count(this.payments, paid);
    count(this.cancels, cancelled);
  }
}

function count(counts: Record<number, number>, status: number): void {
  counts[status] = (counts[status] ?? 0) + 1;
}

function sumOf(ends: RaceEnd[], matches: (end: RaceEnd) => boolean): number {
  return ends.filter(matches).reduce((sum, { races }) => sum + Number(races), 0);
}

const RACE: Drill = {
  name: "payment-races-cancel",
  fault: "1,000 payments arrive in the very moment in which their orders are cancelled",
  promise: "each captured payment ends as a paid order or as a refund, and stock comes back once",
  plan: {
    stock: 3_000,
    buyers: RACES + 100,
    buyersPerSecond: 250,
    paymentWindowS: 3,
    paying: 0,
    cancelling: 0,
  },
  takesS: 16,
  short: true,
  repeated: true,
  async inject(stage) {
    const races = new Races(stage);
    const endsAt = performance.now() + RACES_TIMEOUT_MS;
    while (races.begun < RACES && performance.now() < endsAt) {
      await races.begin();
      await races.aim();
      await stage.pause(LOOK_EVERY_MS);
    }
    stage.injected(`${races.begun} payments at the moment of the cancel`);
    await races.finish();
    for (const [status, times] of Object.entries(races.payments)) {
      stage.counted(`payments answered ${status}`, times);
    }
    for (const [status, times] of Object.entries(races.cancels)) {
      stage.counted(`cancels of buyers answered ${status}`, times);
    }
    await judgeRaces(stage, races);
  },
};

async function judgeRaces(stage: Stage, races: Races): Promise<void> {
  let ends: RaceEnd[] = [];
  await stage.until("every order has ended", async () => {
    ends = await raceEnds(stage);
    return sumOf(ends, ({ status }) => status === "unpaid") === 0;
  }, REST_TIMEOUT_MS);
  const paid = sumOf(ends, ({ status }) => status === "paid");
  const raced = ends.filter(({ state }) => state !== null);
  const lateByDeadline = sumOf(raced, (end) => end.status !== "paid" && end.reason === "expired");
  const lateByBuyer = sumOf(raced, (end) => end.status !== "paid" && end.reason === "by_buyer");
  stage.counted("races won by the payment", paid);
  stage.counted("races lost to the deadline, money goes back", lateByDeadline);
  stage.counted("races lost to the buyer's cancel, money goes back", lateByBuyer);
  await stage.seen(
    "either side has won many of the races",
    () => Promise.resolve(Math.min(paid, lateByDeadline + lateByBuyer) >= EITHER_SIDE),
  );
  stage.expect("there were 1,000 races", races.begun === RACES);
  stage.expect("every payment was taken", races.payments[200] === RACES);
  stage.expect("every taken payment is in the record", sumOf(raced, () => true) === RACES);
  stage.expect("each paid its order or goes back", sumOf(raced, isFair) === RACES);
}

/** How long and how often the reminders are thrown away. */
const PURGING_MS = 8_000;
const PURGE_EVERY_MS = 200;

/** Longest that an unpaid order may live after its deadline. */
const ENDED_AFTER_MS = 5_000;

const PURGED: Drill = {
  name: "delay-queue-purged",
  fault: "reminders of unpaid orders are purged from the broker again and again for 8 s",
  promise: "reminders only make it quick: the sweep ends every due order within 5 s",
  plan: { paymentWindowS: 4, paying: 0, cancelling: 0, buyersPerSecond: 100 },
  takesS: 18,
  async inject(stage) {
    await stage.crowd.untilWon(50, MARK_TIMEOUT_MS);
    let queues: string[] = [];
    await stage.until("reminders wait in the broker", async () => {
      queues = await reminderQueues(stage);
      return queues.length >= 2;
    }, MARK_TIMEOUT_MS);
    const purged = await purgeOften(stage, queues);
    stage.injected(`${queues.join(" and ")} are purged every ${PURGE_EVERY_MS} ms`);
    stage.counted("reminders thrown away", purged);
    await stage.seen("reminders were thrown away", () => Promise.resolve(purged > 0));
    const dueUntil = Date.now();
    await stage.until(
      "the orders that are due by now are ended",
      async () => await countDue(stage, dueUntil) === 0,
      REST_TIMEOUT_MS,
    );
    const { ended, lateMs } = await lateness(stage);
    stage.counted("orders ended without a reminder", ended);
    stage.expect("orders were ended", ended > 0);
    stage.measured("the latest end after its deadline", lateMs, ENDED_AFTER_MS);
  },
};

/** The queues that hold reminders: all of the drill that are not of orders. */
async function reminderQueues(stage: Stage): Promise<string[]> {
  const vhost = decodeURIComponent(new URL(stage.servers.amqp.url).pathname.slice(1)) || "/";
  const printed = await stage.rabbitctl(["list_queues", "-p", vhost, "name"]);
  return printed.split("\n").map((line) => line.trim()).filter((name) =>
    name.startsWith(`${stage.namespace}.`) && !name.startsWith(`${stage.namespace}.orders.`)
  );
}

async function purgeOften(stage: Stage, queues: string[]): Promise<number> {
  let purged = 0;
  await BrokerHand.use(stage, async ({ channel }) => {
    const endsAt = performance.now() + PURGING_MS;
    while (performance.now() < endsAt) {
      for (const queue of queues) purged += (await channel.purgeQueue(queue)).messageCount;
      await stage.pause(PURGE_EVERY_MS);
    }
  });
  return purged;
}

async function countDue({ probe }: Stage, untilMs: number): Promise<number> {
  const [row] = await probe.sql<{ due: number }>(
    "SELECT COUNT(*) AS due FROM orders WHERE status = 'unpaid' AND pay_by <= ?",
    [untilMs],
  );
  return Number(row?.due ?? 0);
}

async function lateness({ probe }: Stage): Promise<{ ended: number; lateMs: number }> {
  const [row] = await probe.sql<{ ended: number; late: number | null }>(
    `SELECT COUNT(*) AS ended, MAX(updated_at - pay_by) AS late FROM orders
      WHERE status = 'cancelled' AND reason = 'expired'`,
  );
  return { ended: Number(row?.ended ?? 0), lateMs: Number(row?.late ?? 0) };
}

/** Payments and deadlines. */
export const PAYMENT_DRILLS: readonly Drill[] = [RACE, PURGED];
