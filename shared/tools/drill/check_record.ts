import type { Books, OrderRow } from "./books.ts";
import { BUY_KINDS, type RecordLine } from "./crowd_record.ts";
import { type Findings, noCounts, type Violation, violationOf } from "./findings.ts";

/** Longest that a buyer may wait for any answer to a buy. */
export const MAX_ANSWER_MS = 1_500;

/** Why orders end that were orders once; every other reason is that of a refusal. */
const CANCEL_REASONS = new Set(["expired", "by_buyer", "by_operator"]);

/** Statuses of orders whose payment was taken. */
const SETTLED_PAYMENTS = new Set(["applied", "refund_due", "refunded"]);

/**
 * Checks what buyers were told against what the books say at rest: I4, I6 and I8, and that nobody
 * got two for one.
 */
export function checkRecord(lines: readonly RecordLine[], books: Books): Findings {
  const counts = noCounts();
  const violations = [
    ...checkPromises(lines, books, counts),
    ...checkOneForOne(lines, counts),
    ...checkPayments(lines, books),
    ...checkSoldOut(lines),
    ...checkCancels(lines),
    ...violationOf(
      "drill",
      "buyers got no decision before their patience was over",
      lines.filter(({ kind }) => kind === "gave_up").map(({ user }) => user),
    ),
  ];
  return { violations, counts };
}

/** I4: what was `reserved` is an order; what was `processing` has ended. */
function checkPromises(
  lines: readonly RecordLine[],
  books: Books,
  counts: Findings["counts"],
): Violation[] {
  const rowOf = new Map(books.orders.map((order) => [order.ticket, order]));
  const told = (code: string) =>
    new Set(
      lines.filter((line) => BUY_KINDS.has(line.kind) && line.code === code)
        .flatMap(({ ticket }) => ticket ?? []),
    );
  const reserved = told("reserved");
  const lost = [...reserved].filter((ticket) => !rowOf.has(ticket));
  const refused = [...reserved].filter((ticket) => isRefusal(rowOf.get(ticket)));
  // Without a row it ends as refused once the ledger that gave it out is known to be gone.
  const open = [...told("processing")].filter((ticket) =>
    !rowOf.has(ticket) && epochOf(ticket) >= books.item.ledgerEpoch
  );
  const polledAway = lines.filter(({ kind, code, ticket }) =>
    kind === "poll" && code === "refused" && ticket !== undefined && reserved.has(ticket)
  );
  counts.lost += lost.length + refused.length;
  return [
    ...violationOf("I4", "tickets were reserved and have no order", lost),
    ...violationOf("I4", "tickets were reserved and then refused", refused),
    ...violationOf("I4", "tickets were on their way and never ended", open),
    ...violationOf(
      "I4",
      "polls called a reserved ticket refused",
      polledAway.flatMap(({ ticket }) => ticket ?? []),
    ),
  ];
}

/** True for a row that was never an order, whatever became of a payment for it. */
function isRefusal(order: OrderRow | undefined): boolean {
  if (!order) return false;
  if (order.status === "refused") return true;
  const givesBack = order.status === "refund_due" || order.status === "refunded";
  return givesBack && !CANCEL_REASONS.has(order.reason ?? "");
}

/** I3 and I5 as buyers see them: one key has one ticket. */
function checkOneForOne(lines: readonly RecordLine[], counts: Findings["counts"]): Violation[] {
  const ticketsOf = new Map<string, Set<string>>();
  for (const { kind, user, key, code, ticket } of lines) {
    if (!BUY_KINDS.has(kind) || ticket === undefined || code === "already_bought") continue;
    const name = `${user} ${key}`;
    ticketsOf.set(name, (ticketsOf.get(name) ?? new Set()).add(ticket));
  }
  const doubled = [...ticketsOf].filter(([, tickets]) => tickets.size > 1).map(([name]) => name);
  counts.doubled += doubled.length;
  return violationOf("I3", "keys of a buyer have two tickets", doubled);
}

/** I6: every payment that was answered 200 paid an order, or goes back. */
function checkPayments(lines: readonly RecordLine[], books: Books): Violation[] {
  const taken = lines.filter(({ kind, status }) => kind === "pay" && status === 200);
  const stateOf = new Map(books.payments.map(({ eventId, state }) => [eventId, state]));
  const amountOf = new Map(books.payments.map(({ eventId, amount }) => [eventId, amount]));
  const unique = [...new Map(taken.map((line) => [line.eventId ?? "", line])).values()];
  const names = (rows: RecordLine[]) => rows.map(({ eventId }) => eventId ?? "");
  const refused = lines.filter(({ kind, status }) =>
    kind === "pay" && status >= 400 && status < 500
  );
  return [
    ...violationOf("I6", "payments of tickets that buyers hold were refused", names(refused)),
    ...violationOf(
      "I6",
      "payments were taken and are not in the record",
      names(unique.filter(({ eventId }) => !stateOf.has(eventId ?? ""))),
    ),
    ...violationOf(
      "I6",
      "payments were taken and neither paid an order nor go back",
      names(unique.filter(({ eventId }) => {
        const state = stateOf.get(eventId ?? "");
        return state !== undefined && !SETTLED_PAYMENTS.has(state);
      })),
    ),
    ...violationOf(
      "I6",
      "payments are recorded with another amount",
      names(unique.filter(({ eventId, amount }) => {
        const recorded = amountOf.get(eventId ?? "");
        return recorded !== undefined && amount !== undefined && recorded !== amount;
      })),
    ),
  ];
}

/** I8: who was told `reserved` is never told `sold_out` for the same key. */
function checkSoldOut(lines: readonly RecordLine[]): Violation[] {
  /** When each key was first answered with a ticket. */
  const wonAt = new Map<string, number>();
  for (const { kind, user, key, code, at, ms } of lines) {
    if (!BUY_KINDS.has(kind) || code !== "reserved") continue;
    const name = `${user} ${key}`;
    wonAt.set(name, Math.min(wonAt.get(name) ?? Infinity, at + ms));
  }
  const both = lines.filter(({ kind, user, key, code, at }) =>
    BUY_KINDS.has(kind) && code === "sold_out" && at >= (wonAt.get(`${user} ${key}`) ?? Infinity)
  );
  return violationOf("I8", "keys were answered reserved and then sold out", [
    ...new Set(both.map(({ user, key }) => `${user} ${key}`)),
  ]);
}

/** A buyer's own cancel is done or refused with a reason. */
function checkCancels(lines: readonly RecordLine[]): Violation[] {
  const odd = lines.filter(({ kind, status, code }) =>
    kind === "cancel" && status !== 0 && status !== 200 && status < 500 &&
    code !== "not_cancellable"
  );
  return violationOf(
    "drill",
    "cancels were answered with something else than done or not_cancellable",
    odd.map(({ ticket, status, code }) => `${ticket} ${status} ${code}`),
  );
}

/** The slowest answer to a buy, less what the tools themselves were late. */
export interface SlowestAnswer {
  ms: number;
  user: string;
  status: number;
  code: string;
}

/**
 * Every answer to a buy must come within 1.5 s, whatever is broken. `lateMs` tells how late the
 * drill's own process, which every byte passes, was between two times.
 */
export function checkTimes(
  lines: readonly RecordLine[],
  lateMs: (from: number, to: number) => number,
): { violations: Violation[]; slowest: SlowestAnswer | null } {
  let slowest: SlowestAnswer | null = null;
  const late: string[] = [];
  for (const line of lines) {
    if (!BUY_KINDS.has(line.kind)) continue;
    // It can neither be the slowest nor too slow.
    if (line.ms <= Math.min(slowest?.ms ?? -1, MAX_ANSWER_MS)) continue;
    const ms = Math.max(0, line.ms - line.lateMs - lateMs(line.at, line.at + line.ms));
    const { user, status, code } = line;
    if (ms > (slowest?.ms ?? -1)) slowest = { ms, user, status, code };
    if (ms > MAX_ANSWER_MS) late.push(`${user} ${ms} ms (${status} ${code})`);
  }
  const unanswered = lines.filter(({ kind, status }) => BUY_KINDS.has(kind) && status === 0);
  const violations = [
    ...violationOf("time", `answers to buys took longer than ${MAX_ANSWER_MS} ms`, late),
    ...violationOf(
      "time",
      "buys got no answer",
      unanswered.map(({ user, code, at }) => `${user} ${code} at ${new Date(at).toISOString()}`),
    ),
  ];
  return { violations, slowest };
}

/** The epoch that a ticket tells: `saleId-productId-userId-seq`. */
function epochOf(ticket: string): number {
  return Math.floor(Number(ticket.slice(ticket.lastIndexOf("-") + 1)) / 1e9);
}
