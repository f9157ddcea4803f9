import type { Sql, SqlValue } from "../database/database.ts";
import type { OrderRecord } from "../orders/order_book.ts";

/**
 * Ids of one stretch: orders are counted by stretches of their ids. The migrations know this number
 * too. A list is entered at the right stretch and walks through this many entries of an index at
 * most; a million orders have 245 stretches to add up.
 */
export const STRETCH = 4_096;

/** The stretch of an id. */
export function stretchOf(id: number): number {
  return Math.floor(id / STRETCH);
}

type Status = OrderRecord["status"];

/** What can happen to an order, in the words of the status that it gets; a new one is `created`. */
export type EventKind = Exclude<Status, "unpaid"> | "created";

/** The event by which an order gets a status. */
export function kindOf(status: Status): EventKind {
  return status === "unpaid" ? "created" : status;
}

/** The status that an event gives. */
export function statusOf(kind: EventKind): Status {
  return kind === "created" ? "unpaid" : kind;
}

/** A change of orders of one item. */
export interface OrdersChange {
  item: {
    saleId: number;
    productId: number;
    /** Of a rehearsal: the shop never hears of it. */
    isCopy: boolean;
  };
  /** Null for orders that are new. */
  was: Status | null;
  becomes: Status;
}

/** An order that changed. */
export interface ChangedOrder {
  id: number;
  ticket: string;
}

/**
 * From so many orders on, new ones of a message are told by its id alone. Each such row is one query
 * when it is read, so that a page of 1,000 events needs some sixty of them at most.
 */
const FEWEST_OF_MESSAGE = 16;

const COLUMNS = [
  "kind",
  "was",
  "sale_id",
  "product_id",
  "told",
  "first_id",
  "order_count",
  "message_id",
  "tickets",
  "created_at",
];

/**
 * Writes down what a transaction did to orders, at most 512 of them. New ones of one message are
 * given with its id, and then need not be named one by one: the writing of orders is a hot path, and
 * their tickets would be a tenth of what it writes. Two rules for whoever calls it:
 *
 * - It holds the locks of these orders, or of their item where they are new. So of two changes of one
 *   order the later one gets the higher position, and the feed tells them in their order.
 * - Nothing but the commit comes after it. Positions are given out here and become visible with the
 *   commit, and how long that may take is what the feed's patience with gaps rests on.
 */
export async function writeOrderEvents(
  tx: Sql,
  { item, was, becomes }: OrdersChange,
  orders: ChangedOrder[],
  nowMs: number,
  messageId: string | null = null,
): Promise<void> {
  // The shop is told of orders; a refusal only counts.
  const told = !item.isCopy && becomes !== "refused";
  const stretches = byStretch(orders);
  const rows = stretches.map((some): SqlValue[] => {
    const ofMessage = messageId !== null && stretches.length === 1 &&
      some.length >= FEWEST_OF_MESSAGE;
    return [
      kindOf(becomes),
      was,
      item.saleId,
      item.productId,
      told ? 1 : 0,
      some.reduce((first, { id }) => Math.min(first, id), Infinity),
      some.length,
      told && ofMessage ? messageId : null,
      told && !ofMessage ? JSON.stringify(some.map(({ ticket }) => ticket)) : null,
      nowMs,
    ];
  });
  await tx.insertMany("order_event", COLUMNS, rows);
}

/** The orders of one insert: their ids follow one another. */
export function numbered(tickets: { ticket: string }[], firstId: number): ChangedOrder[] {
  return tickets.map(({ ticket }, at) => ({ id: firstId + at, ticket }));
}

function byStretch(orders: ChangedOrder[]): ChangedOrder[][] {
  const groups = new Map<number, ChangedOrder[]>();
  for (const order of orders) {
    const stretch = stretchOf(order.id);
    const group = groups.get(stretch);
    if (group) group.push(order);
    else groups.set(stretch, [order]);
  }
  // A message that lies in two stretches is told by its tickets: where its ids do not follow one
  // another, as with several writing servers, its first orders could not be told from its last.
  return [...groups.values()];
}
