import { Buffer } from "node:buffer";
import type { ConfirmChannel, ConsumeMessage } from "amqplib";
import { BrokerHand } from "./broker_looks.ts";
import type { Drill, Stage } from "./drill.ts";
import {
  itemOf,
  MARK_TIMEOUT_MS,
  outboxOf,
  seenUnsettled,
  type Unsettled,
  untilRecorded,
  untilWritten,
} from "./stage_looks.ts";
import { publishOf } from "./wire_marks.ts";

/** Says that a message is a copy of the drill's, so that it is not copied again. */
const COPY_HEADER = "drill-copy";

/** Copies of every message: with the original each is delivered three times. */
const COPIES = 2;

/** How long messages are copied. */
const COPYING_MS = 3_000;

const WRITTEN_TIMEOUT_MS = 20_000;

/** What the item's messages are published under now. */
async function routeOf(stage: Stage): Promise<string> {
  return `${itemOf(stage)}.${(await stage.probe.item()).openEpoch}`;
}

/** Publishes a message as an origin would, for whatever queue the item has. */
function publish(hand: BrokerHand, route: string, messageId: string, content: Buffer): void {
  const options = { persistent: true, messageId, type: "orders" };
  hand.channel.publish(hand.exchange, route, content, options);
}

async function recordedCount(stage: Stage): Promise<number> {
  const [row] = await stage.probe.sql<{ recorded: number }>(
    "SELECT COUNT(*) AS recorded FROM inbox WHERE message_id LIKE ?",
    [`${itemOf(stage)}-%`],
  );
  return Number(row?.recorded ?? 0);
}

const THREE_TIMES: Drill = {
  name: "every-message-three-times",
  fault: "every order message is delivered three times",
  promise: "the inbox takes a message once, however often it comes",
  plan: { paying: 0, cancelling: 0, buyersPerSecond: 80 },
  takesS: 10,
  short: true,
  async inject(stage) {
    await BrokerHand.use(stage, async (hand) => {
      const { channel } = hand;
      const route = await routeOf(stage);
      const { queue } = await channel.assertQueue("", { exclusive: true });
      await channel.bindQueue(queue, hand.exchange, route);
      let originals = 0;
      let copies = 0;
      const copy = (message: ConsumeMessage | null) => {
        if (!message || message.properties.headers?.[COPY_HEADER]) return;
        originals += 1;
        copies += sendCopies(channel, hand.exchange, message);
      };
      await channel.consume(queue, copy, { noAck: true });
      stage.injected("a queue of the drill's own copies every message twice");
      await stage.pause(COPYING_MS);
      await channel.waitForConfirms();
      await stage.seen(
        "twice as many copies as messages were confirmed by the broker",
        () => Promise.resolve(originals > 0 && copies >= COPIES * originals),
      );
      stage.counted("messages copied", originals);
      stage.counted("copies delivered besides them", copies);
      stage.counted("reservations with rows", await untilWritten(stage, WRITTEN_TIMEOUT_MS));
      stage.counted("messages recorded", await recordedCount(stage));
    });
  },
};

function sendCopies(channel: ConfirmChannel, exchange: string, message: ConsumeMessage): number {
  const { messageId, type } = message.properties;
  const headers = { [COPY_HEADER]: 1 };
  const options = { persistent: true, messageId, type, headers };
  for (let copy = 0; copy < COPIES; copy += 1) {
    channel.publish(exchange, message.fields.routingKey, message.content, options);
  }
  return COPIES;
}

/** What no worker can read. */
const GARBAGE = ["this is not JSON", `{"v":1,"what":"not an order message"}`, `[]`];

/** More than the column of a quantity takes. */
const IMPOSSIBLE_QUANTITY = 2_000_000_000;

/** Fewest orders of the message that is poisoned, so that there are neighbours. */
const POISONED_ORDERS = 3;

interface WireOrders {
  o: [string, number, string][];
}

function ordersIn({ text }: Unsettled): WireOrders["o"] {
  return (JSON.parse(text) as WireOrders).o;
}

/** Makes one order of a message that waits in the outbox impossible to write. Returns its buyer. */
async function poison(stage: Stage, message: Unsettled): Promise<string> {
  const { probe } = stage;
  const wire = JSON.parse(message.text) as WireOrders;
  const [middle] = wire.o.slice(Math.floor(wire.o.length / 2));
  if (!middle) throw new Error(`Cannot poison ${message.messageId} as it must hold orders`);
  middle[1] = IMPOSSIBLE_QUANTITY;
  await probe.redis(["HSET", probe.key("outbox"), message.messageId, JSON.stringify(wire)]);
  return middle[0];
}

const POISON: Drill = {
  name: "poison-message",
  fault: "garbage in the queue, and a message with one order that the database cannot take",
  promise: "poison is kept for an operator; its neighbours and all that follows go through",
  plan: { origins: 1, buyersPerSecond: 150 },
  takesS: 15,
  short: true,
  async inject(stage) {
    await stage.crowd.untilWon(100, MARK_TIMEOUT_MS);
    await BrokerHand.use(stage, async (hand) => {
      const route = await routeOf(stage);
      for (const [at, text] of GARBAGE.entries()) {
        publish(hand, route, `garbage-${at}`, Buffer.from(text));
      }
      await hand.channel.waitForConfirms();
      stage.injected(`${GARBAGE.length} messages that nobody can read`);
    });
    await stage.seen("they are kept whole", async () => await parked(stage) === GARBAGE.length);

    const link = stage.link("origin-1", "amqp");
    await link.silenceAt(publishOf("before"), MARK_TIMEOUT_MS);
    await seenUnsettled(stage, "the outbox has messages without orders", false);
    const waiting = (await outboxOf(stage)).filter((one) =>
      ordersIn(one).length >= POISONED_ORDERS
    );
    const message = waiting[0];
    if (!message) throw new Error("Cannot poison a message as none holds enough orders");
    const buyer = await poison(stage, message);
    stage.injected(`in ${message.messageId}, ${buyer} has ${IMPOSSIBLE_QUANTITY} pieces`);
    link.restore();
    await untilRecorded(stage, [message], WRITTEN_TIMEOUT_MS);
    await stage.seen("the one ticket is kept", async () => await parked(stage) > GARBAGE.length);
    await checkNeighbours(stage, message, buyer);
    stage.counted("reservations with rows", await untilWritten(stage, WRITTEN_TIMEOUT_MS));
  },
};

async function parked(stage: Stage): Promise<number> {
  const [row] = await stage.probe.sql<{ parked: number }>(
    "SELECT COUNT(*) AS parked FROM parked_message",
  );
  return Number(row?.parked ?? 0);
}

async function checkNeighbours(stage: Stage, message: Unsettled, poisoned: string): Promise<void> {
  const rows = await stage.probe.sql<{ user_id: string; status: string; reason: string | null }>(
    "SELECT user_id, status, reason FROM orders WHERE message_id = ?",
    [message.messageId],
  );
  const refused = rows.filter((row) => row.status === "refused").map((row) => row.user_id);
  stage.counted("neighbours of the poison that went through", rows.length - refused.length);
  stage.expect(
    "of the poisoned message only the impossible order is refused",
    refused.length === 1 && refused[0] === poisoned &&
      rows.length === ordersIn(message).length,
  );
}

/** How often each return of stock is told again. */
const TELLINGS = 5;

const SETTLED_MS = 1_500;

/** What the ledger has left, once it has not changed for a while. */
async function settledStock(stage: Stage): Promise<number> {
  let last = NaN;
  let since = performance.now();
  await stage.until("the stock to come to rest", async () => {
    const stock = Number(await stage.probe.redis(["HGET", stage.probe.key("meta"), "stock"]));
    const pending = await eventsIn(stage, "pending");
    if (stock !== last || pending > 0) since = performance.now();
    last = stock;
    return performance.now() - since > SETTLED_MS;
  }, WRITTEN_TIMEOUT_MS);
  return last;
}

async function eventsIn(stage: Stage, state: string): Promise<number> {
  const [row] = await stage.probe.sql<{ events: number }>(
    "SELECT COUNT(*) AS events FROM stock_event WHERE state = ?",
    [state],
  );
  return Number(row?.events ?? 0);
}

const RESTOCK: Drill = {
  name: "restock-five-times",
  fault: "every return of stock is told to the ledger five times more",
  promise: "the stock of a cancelled order comes back once",
  plan: { buyers: 400, stock: 1_000, paying: 0, cancelling: 0.6 },
  takesS: 15,
  async inject(stage) {
    await stage.until(
      "all buyers are served",
      async () => (await stage.crowd.view()).reserved >= stage.plan.buyers,
      WRITTEN_TIMEOUT_MS,
    );
    const before = await settledStock(stage);
    const events = await eventsIn(stage, "done");
    stage.counted("returns of stock", events);
    stage.expect("orders were cancelled", events > 0);
    for (let nth = 1; nth <= TELLINGS; nth += 1) {
      await stage.probe.sql("UPDATE stock_event SET state = 'pending' WHERE kind = 'restock'");
      stage.injected(`${events} returns of stock are to be told again, ${nth} of ${TELLINGS}`);
      await stage.until(
        "the ledger was told",
        async () => await eventsIn(stage, "pending") === 0,
        WRITTEN_TIMEOUT_MS,
      );
    }
    await stage.seen(
      "every return is written down as told",
      async () => await eventsIn(stage, "done") === events,
    );
    const after = await settledStock(stage);
    stage.counted("pieces left before", before);
    stage.counted("pieces left after", after);
    stage.expect("the stock has not moved", after === before);
  },
};

/** Messages that come too often, cannot be written, or are told again. */
export const MESSAGE_DRILLS: readonly Drill[] = [THREE_TIMES, POISON, RESTOCK];
