import type { ItemKey } from "../../shared/item.ts";
import { itemOfTicket, parseTicket } from "../../shared/ticket.ts";
import type { StockEvent } from "./order_book.ts";
import type { ItemState, ItemTotals, OrderRecord } from "./order_book.ts";

/** A broken promise. The invariants are those of ARCHITECTURE.md. */
export interface Violation {
  invariant: "I1" | "I2" | "I3" | "I5" | "I6";
  item: ItemKey;
  ticket?: string;
  detail: string;
}

/** What the database and the ledger count for an item at one moment. */
export interface ItemCounters {
  state: ItemState;
  totals: Omit<ItemTotals, "item">;
  /** Pieces left in the ledger; −1 is unlimited. */
  remaining: number;
  /** Changes of stock of this item that the ledger has not answered. */
  pending: StockEvent[];
}

/** An order that still holds its pieces. */
export function isLive(order: Pick<OrderRecord, "status">): boolean {
  return order.status === "unpaid" || order.status === "paid";
}

/** What is wrong with a row by itself. */
export function judgeRow(
  item: ItemKey,
  { order, live }: { order: OrderRecord; live: boolean },
  perUserLimit: number,
): Violation[] {
  const violations: Violation[] = [];
  const say = (invariant: Violation["invariant"], detail: string) =>
    violations.push({ invariant, item, ticket: order.ticket, detail });
  const ids = parseTicket(order.ticket);
  if (!ids) {
    say("I3", "its ticket cannot be read");
  } else {
    if (itemOfTicket(ids) !== item) say("I3", `its ticket is of ${itemOfTicket(ids)}`);
    if (ids.userId !== order.userId) say("I3", `its ticket is not of its user ${order.userId}`);
    if (ids.seq !== order.seq) say("I3", `its ticket is not of its seq ${order.seq}`);
  }
  if (live !== isLive(order)) {
    say("I5", `it is ${order.status} and marked as ${live ? "live" : "ended"}`);
  }
  if (order.quantity < 1) say("I3", `its quantity is ${order.quantity}`);
  if (isLive(order) && order.quantity > perUserLimit) {
    say("I5", `its quantity ${order.quantity} is above the limit of ${perUserLimit}`);
  }
  return violations;
}

/** True when nothing that counts has moved between two readings. */
export function isSteady(before: ItemCounters, after: ItemCounters): boolean {
  return JSON.stringify(signature(before)) === JSON.stringify(signature(after));
}

function signature({ state, totals, remaining, pending }: ItemCounters): unknown[] {
  const { unpaid, paid, cancelled, refused, refundDue, refunded } = totals;
  return [
    [state.stock, state.sold, state.epoch, state.ledgerEpoch, state.openEpoch, remaining],
    [unpaid, paid, cancelled, refused, refundDue, refunded],
    pending.map((event) => event.id),
  ];
}

/** I2, which holds at every instant: also between two readings of an item that is moving. */
export function judgeSold(
  item: ItemKey,
  before: ItemCounters,
  after: ItemCounters,
): Violation[] {
  const { stock } = before.state;
  if (stock < 0 || after.state.stock < 0) return [];
  const sold = before.totals.unpaid + before.totals.paid;
  const onSale = Math.max(stock, after.state.stock);
  if (sold <= onSale) return [];
  return [{ invariant: "I2", item, detail: `${sold} pieces are sold of ${onSale} put on sale` }];
}

/** I1 and the counter, which only hold of an item that stood still while it was counted. */
export function judgeSums(
  item: ItemKey,
  { state, totals, remaining, pending }: ItemCounters,
  processing: number,
): Violation[] {
  const violations: Violation[] = [];
  const say = (detail: string) => violations.push({ invariant: "I1", item, detail });
  const sold = totals.unpaid + totals.paid;
  if (state.sold !== sold) say(`the counter says ${state.sold} sold, the orders ${sold}`);
  if ((state.stock < 0) !== (remaining < 0)) {
    say(`the database has a stock of ${state.stock}, the ledger ${remaining} left`);
  } else if (state.stock >= 0) {
    // Whatever waits for the ledger is on its way: neither left nor sold, in either direction.
    const onTheWay = pending.reduce((sum, event) => sum + Math.abs(event.delta), 0);
    const missing = state.stock - (remaining + processing + sold);
    const sum = `remaining ${remaining} + processing ${processing} + sold ${sold}`;
    if (missing < 0) say(`${sum} is ${-missing} more than the stock ${state.stock}`);
    if (missing > onTheWay) {
      say(`${sum} is ${missing} less than the stock ${state.stock}, with ${onTheWay} on the way`);
    }
  }
  return violations;
}
