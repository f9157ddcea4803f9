import type { Probe } from "./probe.ts";

/** A row of `orders`. Times in ms. */
export interface OrderRow {
  ticket: string;
  userId: string;
  seq: number;
  quantity: number;
  requestId: string;
  status: string;
  reason: string | null;
  live: number | null;
  payBy: number;
  amount: number;
  createdAt: number;
}

/** A row of `stock_event`. */
export interface EventRow {
  id: string;
  kind: string;
  ticket: string | null;
  delta: number;
  state: string;
  createdAt: number;
}

/** A row of `payment`. */
export interface PaymentRow {
  eventId: string;
  ticket: string;
  amount: number;
  state: string;
}

/** A reservation as the ledger keeps it. */
export interface HolderRow {
  userId: string;
  seq: number;
  quantity: number;
  live: boolean;
}

/** What database and ledger hold at one moment. */
export interface Books {
  item: { stock: number; sold: number; epoch: number; ledgerEpoch: number; openEpoch: number };
  /** In the order in which they were written. */
  orders: OrderRow[];
  events: EventRow[];
  payments: PaymentRow[];
  ledger: {
    /** Pieces left; −1 is unlimited. */
    stock: number;
    /** Numbers that this epoch has given out. */
    n: number;
    epoch: number;
    holders: HolderRow[];
    /** Batches that are not settled. */
    outbox: number;
  };
}

const ORDERS = `SELECT ticket, user_id AS userId, seq, quantity, request_id AS requestId, status,
  reason, live, pay_by AS payBy, amount, created_at AS createdAt
  FROM orders WHERE sale_id = ? AND product_id = ? ORDER BY id`;
const EVENTS = `SELECT id, kind, ticket, delta, state, created_at AS createdAt
  FROM stock_event WHERE sale_id = ? AND product_id = ? ORDER BY position`;
const PAYMENTS = `SELECT event_id AS eventId, ticket, amount, state FROM payment ORDER BY id`;

/** Reads everything directly from the servers. @throws when one is away. */
export async function readBooks(
  probe: Probe,
  sale: { saleId: number; productId: number },
): Promise<Books> {
  const ids = [sale.saleId, sale.productId];
  const [item, orders, events, payments, ledger] = await Promise.all([
    probe.item(),
    probe.sql<OrderRow>(ORDERS, ids),
    probe.sql<EventRow>(EVENTS, ids),
    probe.sql<PaymentRow>(PAYMENTS),
    readLedger(probe),
  ]);
  return { item, orders, events, payments, ledger };
}

async function readLedger(probe: Probe): Promise<Books["ledger"]> {
  const [meta, holders, outbox] = await Promise.all([
    probe.redis(["HMGET", probe.key("meta"), "stock", "n", "epoch"]),
    probe.redis(["HGETALL", probe.key("holders")]),
    probe.redis(["HLEN", probe.key("outbox")]),
  ]);
  const [stock, n, epoch] = (meta as (string | null)[]).map((text) => Number(text ?? NaN));
  const fields = holders as string[];
  const rows: HolderRow[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    rows.push(holderOf(fields[index]!, fields[index + 1]!));
  }
  return {
    stock: stock ?? NaN,
    n: n ?? NaN,
    epoch: epoch ?? NaN,
    holders: rows,
    outbox: Number(outbox),
  };
}

/** `seq quantity live messageId payBy requestId`, as deduct.lua writes it. */
function holderOf(userId: string, text: string): HolderRow {
  const [seq, quantity, live] = text.split(" ");
  return { userId, seq: Number(seq), quantity: Number(quantity), live: live === "1" };
}
