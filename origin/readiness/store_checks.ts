import { type ItemKey, itemKey } from "../../shared/item.ts";
import type { Sale } from "../catalog/catalog.ts";
import type { ItemState } from "../orders/order_book.ts";
import {
  always,
  bad,
  type Check,
  count,
  type Finding,
  good,
  isPublished,
  type ReadinessParts,
  some,
  type Subject,
} from "./readiness.ts";

/** Times that stock is compared before a difference counts: buys go on between two readings. */
const STOCK_ROUNDS = 3;

/** Pause between two looks. */
const POLL_MS = 100;

/** Looks at a queue that is not empty: one that a worker empties is shorter at some of them. */
const QUEUE_LOOKS = 10;

/** Messages that say nothing: while another sale runs, a few are always on their way. */
const FEW_MESSAGES = 50;

/** The parts that buyers depend on and that keep something. */
export const STORE_CHECKS: Check[] = [
  {
    name: "items_open",
    appliesTo: isPublished,
    advice: "See that the database answers.",
    look: lookAtItems,
  },
  {
    name: "ledger_stock",
    appliesTo: isPublished,
    advice: "See that Redis answers, and wait until the items are recovered.",
    look: lookAtLedgers,
  },
  {
    name: "ledger_server",
    appliesTo: always,
    advice: "See that Redis runs and that REDIS_URL names it.",
    look: async (_, { probes }) => await probes.ledger(),
  },
  {
    name: "database",
    appliesTo: always,
    advice: "See that the database runs and that MYSQL_URL names it.",
    look: async (_, { probes }) => await probes.database(),
  },
  {
    name: "queue",
    appliesTo: always,
    advice: "See that RabbitMQ runs and that AMQP_URL names it.",
    look: lookAtQueue,
  },
];

async function lookAtItems({ sale }: Subject, { book }: ReadinessParts): Promise<Finding> {
  const keys = keysOf(sale);
  const states = await book.readItems(keys);
  const closed = keys.filter((_, at) => (states[at]?.openEpoch ?? 0) === 0);
  return closed.length === 0
    ? good(`${count(states.length, "item")} ${states.length === 1 ? "is" : "are"} open`)
    : bad(
      `Not open yet: ${some(closed, 20)}`,
      "A worker opens them within seconds: see that one runs and reaches every server.",
    );
}

/** The ledger may have less left than the database: buys on their way to it. Never more. */
async function lookAtLedgers({ sale }: Subject, parts: ReadinessParts): Promise<Finding> {
  const { ledger, book, delay } = parts;
  if (!ledger.isUp()) return bad("The ledger is away", "See that Redis runs and is reached.");
  let wrong: string[] = [];
  for (let round = 1; round <= STOCK_ROUNDS; round++) {
    if (round > 1) await delay(POLL_MS);
    const states = (await book.readItems(keysOf(sale))).filter((state) => state !== null);
    const open = states.filter((state) => state.openEpoch > 0);
    const left = await ledger.readStock(
      open.map(({ item, openEpoch }) => ({ item, epoch: openEpoch })),
    );
    wrong = open.flatMap((state, at) => compareStock(state, left[at] ?? null));
    if (wrong.length === 0) {
      const agree = open.length === 1 ? "agrees" : "agree";
      return good(`${count(open.length, "ledger")} ${agree} with the database`);
    }
  }
  return bad(
    wrong.slice(0, 20).join("; "),
    "A closed ledger is recovered by a worker within seconds. One that has more left than the " +
      "database must not sell: pause the sale and read its proof.",
  );
}

function compareStock({ item, stock, sold }: ItemState, left: number | null): string[] {
  if (left === null) return [`The ledger of ${item} is closed`];
  if (stock < 0) return left < 0 ? [] : [`${item} has ${left} left and should be unlimited`];
  const most = stock - sold;
  return left >= 0 && left <= most ? [] : [`${item} has ${left} left and should have ${most}`];
}

/** The queue takes messages, somebody reads them, and no backlog stands before the sale. */
async function lookAtQueue(_: Subject, { queue, delay }: ReadinessParts): Promise<Finding> {
  if (!queue.isUp()) {
    return bad("The queue is away", "See that RabbitMQ runs, is reached, and takes messages.");
  }
  let least = Infinity;
  for (let look = 1;; look += 1) {
    const { ready, consumers } = await queue.depth();
    const told = `${count(ready, "message")} ${ready === 1 ? "waits" : "wait"} for ` +
      count(consumers, "consumer");
    if (consumers === 0) {
      return bad(told, "Start a worker: without one no order is ever written.");
    }
    if (ready <= FEW_MESSAGES || ready < least && look > 1) return good(told);
    least = Math.min(least, ready);
    if (look === QUEUE_LOOKS) {
      return bad(told, "The workers do not get on: see their logs and whether MySQL answers.");
    }
    await delay(POLL_MS);
  }
}

/** The items of a sale by their keys. */
export function keysOf(sale: Sale): ItemKey[] {
  return sale.items.map((item) => itemKey(sale.saleId, item.productId));
}
