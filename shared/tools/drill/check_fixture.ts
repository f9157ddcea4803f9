import type { Books, EventRow, OrderRow, PaymentRow } from "./books.ts";
import type { RecordLine } from "./crowd_record.ts";

/** When the made-up sale of the tests takes place. */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** Number `n` of epoch 1. */
export function seqOf(n: number): number {
  return 1e9 + n;
}

/** The ticket of buyer `u<n>` with number `n` of epoch 1. */
export function ticketOf(n: number): string {
  return `1-1-u${n}-${seqOf(n)}`;
}

/** An unpaid order of buyer `u<n>`. */
export function order(n: number, changes: Partial<OrderRow> = {}): OrderRow {
  return {
    ticket: ticketOf(n),
    userId: `u${n}`,
    seq: seqOf(n),
    quantity: 1,
    requestId: `k-u${n}`,
    status: "unpaid",
    reason: null,
    live: 1,
    payBy: NOON + 600_000,
    amount: 2_500,
    createdAt: NOON + n,
    ...changes,
  };
}

/** The return of the stock of order `n`. */
export function restock(n: number, changes: Partial<EventRow> = {}): EventRow {
  const ticket = ticketOf(n);
  const createdAt = NOON + 1_000 + n;
  return {
    id: `restock-${ticket}`,
    kind: "restock",
    ticket,
    delta: 1,
    state: "done",
    createdAt,
    ...changes,
  };
}

/** The payment of order `n`. */
export function payment(n: number, changes: Partial<PaymentRow> = {}): PaymentRow {
  const ticket = ticketOf(n);
  return { eventId: `ev-${ticket}`, ticket, amount: 2_500, state: "applied", ...changes };
}

/**
 * Books in which everything is in order: ten pieces, of which 1 is unpaid, 2 paid, 3 cancelled, 4
 * refused and 5 cancelled and paid too late. A test breaks one thing.
 */
export function goodBooks(): Books {
  const orders = [
    order(1),
    order(2, { status: "paid" }),
    order(3, { status: "cancelled", reason: "by_buyer", live: null }),
    order(4, { status: "refused", reason: "late", live: null }),
    order(5, { status: "refund_due", reason: "expired", live: null }),
  ];
  return {
    item: { stock: 10, sold: 2, epoch: 1, ledgerEpoch: 1, openEpoch: 1 },
    orders,
    events: [restock(3), restock(5)],
    payments: [payment(2), payment(5, { state: "refund_due" })],
    ledger: {
      stock: 8,
      n: 5,
      epoch: 1,
      holders: [1, 2, 3, 5].map((n) => ({
        userId: `u${n}`,
        seq: seqOf(n),
        quantity: 1,
        live: n < 3,
      })),
      outbox: 0,
    },
  };
}

/** A line of the record: by default, buyer `u<n>` reserved in 20 ms. */
export function line(n: number, changes: Partial<RecordLine> = {}): RecordLine {
  return {
    at: NOON + n * 100,
    ms: 20,
    lateMs: 0,
    user: `u${n}`,
    kind: "buy",
    key: `k-u${n}`,
    status: 201,
    code: "reserved",
    ticket: ticketOf(n),
    ...changes,
  };
}

/** What the buyers of the good books were told. */
export function goodRecord(): RecordLine[] {
  const paid = { kind: "pay", status: 200, code: "", amount: 2_500 } as const;
  const ids = (n: number) => ({ eventId: `ev-${ticketOf(n)}`, paymentId: `pay-${ticketOf(n)}` });
  const { ticket: _, ...soldOut } = line(6, { status: 409, code: "sold_out" });
  return [
    line(1),
    line(2),
    line(3),
    line(4, { status: 202, code: "processing" }),
    line(5),
    soldOut,
    line(1, { at: NOON + 3_000, kind: "repeat", status: 200 }),
    line(2, {
      at: NOON + 3_100,
      kind: "other_key",
      key: "k-u2-again",
      status: 409,
      code: "already_bought",
    }),
    line(2, { at: NOON + 3_200, ...paid, ...ids(2) }),
    line(3, { at: NOON + 3_300, kind: "cancel", status: 200, code: "cancelled" }),
    line(5, { at: NOON + 3_400, ...paid, ...ids(5) }),
    line(4, { at: NOON + 3_500, kind: "poll", status: 200, code: "refused", reason: "late" }),
  ];
}
