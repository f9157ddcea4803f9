import type { Books, OrderRow } from "./books.ts";
import { type Findings, noCounts, type Violation, violationOf } from "./findings.ts";

const SEQ_PER_EPOCH = 1e9;

/** Statuses that hold stock. */
const HOLDING = new Set(["unpaid", "paid"]);

/**
 * Checks what database and ledger hold at rest: I1, I2 (over the history), I3, I5, I6 and I7.
 * `limit` is the quantity that one buyer may hold.
 */
export function checkBooks(books: Books, limit: number): Findings {
  const counts = noCounts();
  const violations = [
    ...checkStock(books, counts),
    ...checkHistory(books, counts),
    ...checkOrders(books),
    ...checkBuyers(books, limit, counts),
    ...checkMoney(books),
    ...checkReturns(books),
  ];
  return { violations, counts };
}

/** I1: what is left and what is held are together what was put on sale. */
function checkStock({ item, orders, ledger }: Books, counts: Findings["counts"]): Violation[] {
  const held = sum(orders.filter(({ status }) => HOLDING.has(status)));
  const violations: Violation[] = [];
  if (held !== item.sold) {
    violations.push({ rule: "I1", text: `sold is ${item.sold}, but orders hold ${held}` });
  }
  if (item.stock < 0) return violations;
  const difference = ledger.stock + held - item.stock;
  if (difference === 0) return violations;
  if (difference > 0) counts.oversold += difference;
  else if (difference < 0) counts.undersold -= difference;
  const parts = `${ledger.stock} left + ${held} held, ${item.stock} put on sale`;
  return [...violations, {
    rule: "I1",
    text: Number.isNaN(difference)
      ? `the ledger does not tell what is left: ${parts}`
      : difference > 0
      ? `${difference} oversold: ${parts}`
      : `${-difference} undersold: ${parts}`,
  }];
}

/** I2: no moment of the record held more than was put on sale. */
function checkHistory({ item, orders, events }: Books, counts: Findings["counts"]): Violation[] {
  if (item.stock < 0) return [];
  const endOf = new Map(
    events.flatMap((event) =>
      event.ticket === null ? [] : [[event.ticket, event.createdAt] as const]
    ),
  );
  const steps: { at: number; change: number }[] = [];
  for (const { ticket, quantity, status, createdAt, live } of orders) {
    const end = endOf.get(ticket);
    // What never held a piece gave none back.
    if (status === "refused" || (live === null && end === undefined)) continue;
    steps.push({ at: createdAt, change: quantity });
    if (end !== undefined) steps.push({ at: end, change: -quantity });
  }
  // What ended in the same ms as something else began made room for it.
  steps.sort((a, b) => a.at - b.at || a.change - b.change);
  // A take-back lowers the stock later; until then the higher one counted.
  const taken = events.filter(({ kind, state }) => kind === "take_back" && state === "done");
  const bound = item.stock + taken.reduce((total, { delta }) => total + Math.abs(delta), 0);
  let held = 0;
  let most = 0;
  for (const { change } of steps) {
    held += change;
    most = Math.max(most, held);
  }
  if (most <= bound) return [];
  counts.oversold = Math.max(counts.oversold, most - bound);
  return [{ rule: "I2", text: `at one moment orders held ${most} of ${bound} pieces` }];
}

/** I3: one reservation, at most one order; every order has a number that a ledger gave out. */
function checkOrders({ item, orders, ledger }: Books): Violation[] {
  const tickets = new Map<string, number>();
  for (const { ticket } of orders) tickets.set(ticket, (tickets.get(ticket) ?? 0) + 1);
  const twice = [...tickets].filter(([, rows]) => rows > 1).map(([ticket]) => ticket);
  const unknown = orders.filter(({ seq, requestId }) => {
    const epoch = Math.floor(seq / SEQ_PER_EPOCH);
    if (epoch < 1 || epoch > item.epoch || requestId === "") return true;
    return epoch === ledger.epoch && seq - epoch * SEQ_PER_EPOCH > ledger.n;
  });
  const reservations = new Map(
    ledger.holders.filter(({ live }) => live).map(({ userId, seq }) => [userId, seq]),
  );
  const liveSeqs = new Set(orders.filter(({ live }) => live === 1).map(({ seq }) => seq));
  const orphans = [...reservations].filter(([, seq]) => !liveSeqs.has(seq));
  const unheld = orders.filter(({ live, userId, seq }) =>
    live === 1 && reservations.get(userId) !== seq
  );
  return [
    ...violationOf("I3", "tickets have more than one order", twice),
    ...violationOf("I3", "orders have a number that no ledger gave out", ticketsOf(unknown)),
    ...violationOf("I3", "live reservations have no live order", orphans.map(([user]) => user)),
    ...violationOf("I3", "live orders have no reservation", ticketsOf(unheld)),
  ];
}

/** I5: per buyer, live quantity is at most the limit, in one order. */
function checkBuyers(
  { orders }: Books,
  limit: number,
  counts: Findings["counts"],
): Violation[] {
  const wrongLive = orders.filter(({ live, status }) => (live === 1) !== HOLDING.has(status));
  const byBuyer = new Map<string, OrderRow[]>();
  for (const order of orders.filter(({ live }) => live === 1)) {
    byBuyer.set(order.userId, [...byBuyer.get(order.userId) ?? [], order]);
  }
  const doubled = [...byBuyer].filter(([, held]) => held.length > 1).map(([userId]) => userId);
  const over = [...byBuyer].filter(([, held]) => sum(held) > limit).map(([userId]) => userId);
  counts.doubled += doubled.length;
  return [
    ...violationOf("I5", "orders are live and ended at once", ticketsOf(wrongLive)),
    ...violationOf("I5", "buyers have two live orders", doubled),
    ...violationOf("I5", "buyers hold more than their limit", over),
  ];
}

/** I6, of the books alone: every payment that was taken paid its order, or goes back. */
function checkMoney({ orders, payments }: Books): Violation[] {
  const statusOf = new Map(orders.map(({ ticket, status }) => [ticket, status]));
  const waiting = payments.filter(({ state }) => state === "stored");
  const unapplied = payments.filter(({ state, ticket }) =>
    state === "applied" && statusOf.get(ticket) !== "paid"
  );
  const applied = new Map<string, number>();
  for (const { state, ticket } of payments) {
    if (state === "applied") applied.set(ticket, (applied.get(ticket) ?? 0) + 1);
  }
  const unpaid = orders.filter(({ status, ticket }) => status === "paid" && !applied.has(ticket));
  const twice = [...applied].filter(([, times]) => times > 1).map(([ticket]) => ticket);
  const names = (rows: Books["payments"]) => rows.map(({ eventId }) => eventId);
  return [
    ...violationOf("I6", "payments are stored and never decided", names(waiting)),
    ...violationOf("I6", "payments were taken without a paid order", names(unapplied)),
    ...violationOf("I6", "orders are paid without a payment", ticketsOf(unpaid)),
    ...violationOf("I6", "orders were paid by two payments", twice),
  ];
}

/** I7: a cancelled order gave its stock back once, and nothing else did. */
function checkReturns({ orders, events }: Books): Violation[] {
  const restocks = new Map<string, number>();
  for (const { kind, ticket } of events) {
    if (kind === "restock" && ticket !== null) {
      restocks.set(ticket, (restocks.get(ticket) ?? 0) + 1);
    }
  }
  const twice = [...restocks].filter(([, times]) => times > 1).map(([ticket]) => ticket);
  const never = orders.filter(({ status, ticket }) =>
    status === "cancelled" && !restocks.has(ticket)
  );
  const holding = orders.filter(({ live, ticket }) => live === 1 && restocks.has(ticket));
  const pending = events.filter(({ state }) => state === "pending").map(({ id }) => id);
  return [
    ...violationOf("I7", "orders gave their stock back more than once", twice),
    ...violationOf("I7", "cancelled orders never gave their stock back", ticketsOf(never)),
    ...violationOf("I7", "live orders gave their stock back", ticketsOf(holding)),
    ...violationOf("I7", "changes of stock are still pending at rest", pending),
  ];
}

function sum(rows: readonly { quantity: number }[]): number {
  return rows.reduce((total, { quantity }) => total + quantity, 0);
}

function ticketsOf(orders: readonly OrderRow[]): string[] {
  return orders.map(({ ticket }) => ticket);
}
