import { BrokerHand } from "./broker_looks.ts";
import type { Drill, Stage } from "./drill.ts";
import { isRefused, readMeta, untilRecovered, untilReserved, untilUnderWay } from "./selling.ts";
import { outboxOf, reservationsOf, rowsOf } from "./stage_looks.ts";

/**
 * RabbitMQ 3.10 may lose count of a quorum queue that was declared less than 0.3 s before a kill:
 * that is the broker's own fault, and nobody declares queues while a sale is on.
 */
const SINCE_DECLARED_MS = 2_000;

/** How long the broker stays away. */
const AWAY_MS = 1_000;

/** Bound for selling again once the broker takes connections: the longest pause between two tries. */
const BACK_AT_MOST_MS = 15_000;

/** How long the alarm lasts, and how soon origins know of it. */
const BLOCKED_MS = 4_000;
const NOTICED_MS = 1_000;

/** How long workers may take to empty the queues of a sale that is paused. */
const EMPTY_TIMEOUT_MS = 15_000;

/** How long the number of reservations must stay the same when nobody can buy. */
const SETTLED_MS = 500;

/** The memory that RabbitMQ may use before it blocks its publishers, as it ships. */
const USUAL_WATERMARK = "0.4";

const killed: Drill = {
  name: "broker-killed",
  fault: "RabbitMQ is killed (-9) while it takes orders and started again on its own data",
  promise: "What was reserved becomes an order when the broker restarts",
  takesS: 22,
  plan: { buyersPerSecond: 100 },
  short: true,
  async inject(stage) {
    await untilUnderWay(stage);
    await stage.pause(SINCE_DECLARED_MS);
    const { amqp } = stage.servers;
    await amqp.kill();
    stage.injected("RabbitMQ killed with -9");
    await stage.seen("its port refuses", () => isRefused(amqp.port));
    await stage.pause(AWAY_MS);
    await amqp.start();
    stage.injected("and started again");
    stage.measured("reserving again", await untilReserved(stage, "`reserved`"), BACK_AT_MOST_MS);
  },
};

const blocked: Drill = {
  name: "broker-blocked",
  fault: "RabbitMQ's memory alarm blocks everybody who publishes",
  promise: "While the broker takes nothing, nothing is deducted, and buyers are refused at once",
  takesS: 19,
  plan: { buyersPerSecond: 100 },
  async inject(stage) {
    await untilUnderWay(stage);
    await BrokerHand.use(stage, async (hand) => {
      try {
        await stage.rabbitctl(["set_vm_memory_high_watermark", "absolute", "1MB"]);
        stage.injected("the memory alarm raised");
        await stage.seen("the broker blocks a connection that publishes", () => {
          hand.publishNowhere();
          return Promise.resolve(hand.isBlocked);
        });
        await stage.pause(NOTICED_MS);
        const before = await readMeta(stage);
        await stage.pause(BLOCKED_MS);
        const after = await readMeta(stage);
        stage.expect("nothing was deducted", before !== null && after?.n === before.n);
      } finally {
        await stage.rabbitctl(["set_vm_memory_high_watermark", USUAL_WATERMARK]);
      }
      await stage.until("the alarm to end", () => Promise.resolve(!hand.isBlocked), 10_000);
    });
    stage.injected("and ended");
    stage.measured("reserving again", await untilReserved(stage, "`reserved`"), BACK_AT_MOST_MS);
  },
};

const routeLost: Drill = {
  name: "broker-route-lost",
  fault: "the route of the item is taken away: what origins publish comes back",
  promise:
    "What reaches no queue is never told `reserved`, is recorded all the same, and the route " +
    "comes back",
  takesS: 20,
  plan: { buyersPerSecond: 120 },
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    await BrokerHand.use(stage, async (hand) => {
      const since = performance.now();
      await hand.unbind(epoch);
      stage.injected(`the binding of epoch ${epoch} removed`);
      await stage.seen("what is published for it comes back", () => hand.isReturned(epoch));
      await untilRecovered(stage, epoch, since);
    });
  },
};

const queuesDeleted: Drill = {
  name: "broker-queues-deleted",
  fault:
    "every order queue is deleted, route and all, while the sale is paused and it holds nothing",
  promise: "Queues that are gone are declared again, and the sale goes on",
  takesS: 20,
  plan: { buyersPerSecond: 120 },
  async inject(stage) {
    const epoch = await untilUnderWay(stage);
    await BrokerHand.use(stage, async (hand) => {
      // What a queue has confirmed dies with it: that is beyond what anybody can promise.
      await course(stage, "pause");
      await stage.until(
        "every reservation to be recorded",
        () => isDrained(stage),
        EMPTY_TIMEOUT_MS,
      );
      let lost = 0;
      for (const queue of hand.queues) lost += (await hand.channel.deleteQueue(queue)).messageCount;
      stage.injected("the queues deleted");
      stage.expect("they held nothing", lost === 0);
      await stage.seen("what is published comes back", () => hand.isReturned(epoch));
      const since = performance.now();
      await course(stage, "resume");
      await untilRecovered(stage, epoch, since);
      const { consumers } = await stage.probe.waiting();
      stage.expect("the queues are there again, with consumers", consumers > 0);
    });
  },
};

/**
 * True when nothing is on its way: every reservation has its row. The broker's own count would not
 * do, because it is up to five seconds old for a quorum queue and its `ready` knows no deliveries.
 */
async function isDrained(stage: Stage): Promise<boolean> {
  const before = await reservationsOf(stage);
  await stage.pause(SETTLED_MS);
  const after = await reservationsOf(stage);
  const unsettled = await outboxOf(stage);
  return after.count === before.count && unsettled.length === 0 &&
    await rowsOf(stage, after) === after.count;
}

/** Pauses the sale as an operator, or lets it go on. */
async function course(stage: Stage, step: "pause" | "resume"): Promise<void> {
  const { status } = await stage.admin("POST", `/sales/${stage.sale.saleId}/${step}`);
  if (status !== 200) throw new Error(`Cannot ${step} the sale: current value is ${status}`);
  stage.injected(`the operator's ${step}`);
}

/** The broker is away, refuses, or forgets. */
export const BROKER_DRILLS: Drill[] = [killed, blocked, routeLost, queuesDeleted];
