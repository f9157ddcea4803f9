import { type ItemKey, itemKey } from "./item.ts";
import { SEQ_PER_EPOCH, USER_ID_PATTERN } from "./ticket.ts";

/** The version of the message that this code writes and the only one that it reads. */
export const ORDER_MESSAGE_VERSION = 1;

/** Most reservations in one message: the size of a batch. */
export const MAX_ORDERS_PER_MESSAGE = 512;

/**
 * A request id as messages and orders keep it: a buyer's own, of at most 64 characters, or that of a
 * replayed ticket, `replay-` and the ticket.
 */
const KEPT_REQUEST_ID_PATTERN = /^[\x21-\x7e]{1,128}$/;

/**
 * The winners of one batch, as they travel from the ledger to the order book. The ledger writes
 * the text once (in `deduct.lua` or the SQLite ledger); everybody after it hands on that text
 * unchanged, because the inbox compares its hash.
 */
export interface OrderMessage {
  v: typeof ORDER_MESSAGE_VERSION;
  item: ItemKey;
  epoch: number;
  /** The seq of the first order; the others follow it without a gap. */
  firstSeq: number;
  /** When the ledger decided, ms, by the ledger's clock. */
  reservedAt: number;
  /** The payment deadline that the buyers were told, ms. */
  payBy: number;
  orders: { userId: string; quantity: number; requestId: string }[];
}

/** The wire form: short keys, one array per order. */
interface WireMessage {
  v: number;
  i: string;
  e: number;
  s: string;
  t: number;
  p: number;
  o: [string, number, string][];
}

/** The text of a message. `deduct.lua` writes the same form. */
export function encodeOrderMessage(message: OrderMessage): string {
  const wire: WireMessage = {
    v: message.v,
    i: message.item,
    e: message.epoch,
    s: String(message.firstSeq),
    t: message.reservedAt,
    p: message.payBy,
    o: message.orders.map((order) => [order.userId, order.quantity, order.requestId]),
  };
  return JSON.stringify(wire);
}

/** A message that nobody can read: it is parked whole, never dropped. */
export class UnreadableMessageError extends Error {
  override name = "UnreadableMessageError";
}

function check(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new UnreadableMessageError(`Cannot read an order message as ${rule}`);
}

/** Reads a message's text. @throws {UnreadableMessageError} naming the rule that it breaks. */
export function decodeOrderMessage(text: string): OrderMessage {
  let wire: WireMessage;
  try {
    wire = JSON.parse(text);
  } catch {
    throw new UnreadableMessageError("Cannot read an order message as it must be JSON");
  }
  check(typeof wire === "object" && wire !== null, "it must be an object");
  check(wire.v === ORDER_MESSAGE_VERSION, `its version must be ${ORDER_MESSAGE_VERSION}`);
  const ids = /^([1-9]\d{0,14})-([1-9]\d{0,14})$/.exec(String(wire.i));
  check(ids !== null, "its item must be saleId-productId");
  const firstSeq = Number(wire.s);
  check(Number.isSafeInteger(wire.e) && wire.e > 0, "its epoch must be a positive integer");
  check(
    Number.isSafeInteger(firstSeq) && Math.floor(firstSeq / SEQ_PER_EPOCH) === wire.e,
    "its first seq must be of its epoch",
  );
  check(Number.isSafeInteger(wire.t) && Number.isSafeInteger(wire.p), "its times must be ms");
  check(
    Array.isArray(wire.o) && wire.o.length > 0 && wire.o.length <= MAX_ORDERS_PER_MESSAGE,
    `it must hold 1 to ${MAX_ORDERS_PER_MESSAGE} orders`,
  );
  const orders = wire.o.map((order) => {
    check(Array.isArray(order) && order.length === 3, "each order must have three parts");
    const [userId, quantity, requestId] = order;
    check(typeof userId === "string" && USER_ID_PATTERN.test(userId), "a user id must be one");
    check(Number.isSafeInteger(quantity) && quantity > 0, "a quantity must be positive");
    check(
      typeof requestId === "string" && KEPT_REQUEST_ID_PATTERN.test(requestId),
      "a request id must be visible characters",
    );
    return { userId, quantity, requestId };
  });
  return {
    v: ORDER_MESSAGE_VERSION,
    item: itemKey(Number(ids[1]), Number(ids[2])),
    epoch: wire.e,
    firstSeq,
    reservedAt: wire.t,
    payBy: wire.p,
    orders,
  };
}
