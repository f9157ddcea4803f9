import { decodeOrderMessage, encodeOrderMessage, type OrderMessage } from "../../order_message.ts";
import { formatMessageId, formatTicket, SEQ_PER_EPOCH } from "../../ticket.ts";
import type { Stop } from "./actor.ts";
import { PER_USER_LIMIT } from "./profile.ts";
import { record } from "./worker_jobs.ts";
import type { World } from "./world.ts";

/** Numbers of an epoch that no sequence comes near. */
const FORGED_NUMBERS = 500_000;

/** A worker is handed a text that came out of no queue. */
function handOver(world: World, message: OrderMessage, stop: Stop | null): Promise<void> {
  const content = encodeOrderMessage(message);
  const messageId = formatMessageId(message.item, message.firstSeq);
  return world.act(
    "worker",
    stop,
    (actor) => record(world, actor, { kind: "orders", messageId, content }),
  );
}

/** A message that was handed out before comes once more, as it was. */
export function redeliver(world: World, index: number, stop: Stop | null): Promise<void> {
  const delivery = world.delivered[index % world.delivered.length]!;
  return world.act("worker", stop, (actor) => record(world, actor, delivery));
}

/** What was delivered and is written. */
function writtenMessages({ delivered, model }: World): OrderMessage[] {
  return delivered.filter(({ messageId }) => model.book.inbox.has(messageId))
    .map(({ content }) => decodeOrderMessage(content));
}

/** The same message id with another text: somebody's message would be lost if that were dropped. */
export function redeliverChanged(world: World, index: number): Promise<void> {
  const written = writtenMessages(world);
  const message = written[index % Math.max(1, written.length)];
  if (!message) return Promise.resolve();
  const [first, ...others] = message.orders;
  const changed = { ...first!, requestId: `${first!.requestId}-changed`.slice(0, 64) };
  return handOver(world, { ...message, orders: [changed, ...others] }, null);
}

/** The end of a batch under an id of its own, as after a split that was broken off. */
export function redeliverTail(world: World, index: number): Promise<void> {
  const written = writtenMessages(world).filter(({ orders }) => orders.length > 1);
  const message = written[index % Math.max(1, written.length)];
  if (!message) return Promise.resolve();
  const { firstSeq, orders } = message;
  return handOver(world, { ...message, firstSeq: firstSeq + 1, orders: orders.slice(1) }, null);
}

function forge(world: World, epoch: number, userId: string, quantity: number): OrderMessage {
  const { item } = world.profile;
  const number = world.next();
  const firstSeq = epoch * SEQ_PER_EPOCH + FORGED_NUMBERS + number;
  world.forged.add(formatTicket(item, userId, firstSeq));
  return {
    v: 1,
    item,
    epoch,
    firstSeq,
    reservedAt: world.now,
    payBy: world.now,
    orders: [{ userId, quantity, requestId: `forged-${number}` }],
  };
}

/** A message of an epoch that is over, which slipped through every fence. */
export function strayArrives(world: World, userId: string): Promise<void> {
  return handOver(world, forge(world, world.model.book.ledgerEpoch - 1, userId, 1), null);
}

/**
 * A message of the epoch in force that no right ledger can have written: more than is unsold, or a
 * second live order of a buyer.
 */
export function wrongLedger(world: World, userId: string): Promise<void> {
  const { book } = world.model;
  const left = book.stock < 0 ? 0 : book.stock - book.sold;
  const quantity = book.liveOf(userId) ? PER_USER_LIMIT : left + 1;
  return handOver(world, forge(world, book.ledgerEpoch, userId, quantity), null);
}

/** Whether there is anything that `wrongLedger` could write and that must be refused. */
export function canBeWrong({ model }: World, userId: string): boolean {
  return model.book.ledgerEpoch > 0 &&
    (model.book.stock >= 0 || model.book.liveOf(userId) !== undefined);
}
