import type { CancelReason } from "../../../origin/orders/unpaid_book.ts";
import type { ItemKey } from "../../item.ts";
import type { OrderMessage } from "../../order_message.ts";
import { formatMessageId, formatTicket } from "../../ticket.ts";
import type { Reservation } from "../../../origin/ledger/stock_ledger.ts";
import type { OrderRecord, SplitOutcome, WriteOutcome } from "../../../origin/orders/order_book.ts";
import { BookEvents } from "./event_model.ts";

/** A row of the order book. */
export interface OrderModel {
  ticket: string;
  userId: string;
  seq: number;
  quantity: number;
  requestId: string;
  messageId: string;
  amount: number;
  status: OrderRecord["status"];
  reason: string | null;
  live: boolean;
  payBy: number;
}

/** What an item's order book begins with. */
export interface BookStart {
  item: ItemKey;
  stock: number;
  price: number;
  paymentWindowMs: number;
  maxExpiredHolds: number;
}

/** A buyer gets at least this long to pay, however late the order is written. */
const LEAST_TIME_TO_PAY_MS = 60_000;

/** The order book of one item, as it should be: rows, epochs, stock events. */
export class BookModel {
  stock: number;
  sold = 0;
  epoch = 0;
  ledgerEpoch = 0;
  openEpoch = 0;
  drainedEpoch = 0;
  readonly orders = new Map<string, OrderModel>();
  /** Message id → text. */
  readonly inbox = new Map<string, string>();
  /** Texts that wait for an operator. */
  readonly parked = new Set<string>();
  readonly barred = new Set<string>();
  readonly events: BookEvents;

  constructor(readonly start: BookStart, readonly clock: () => number) {
    this.stock = start.stock;
    this.events = new BookEvents(this);
  }

  /** Whether a message of this epoch comes after the snapshot that ended its epoch. */
  isLate({ epoch }: OrderMessage): boolean {
    return epoch < this.ledgerEpoch;
  }

  writeOrders(message: OrderMessage, content: string): WriteOutcome {
    const known = this.#askInbox(message, content);
    if (known) return { kind: known };
    const fresh = rowsOf(message).filter(({ ticket }) => !this.orders.has(ticket));
    if (this.isLate(message)) {
      for (const row of fresh) this.#refuse(row, "late");
    } else {
      const total = fresh.reduce((sum, row) => sum + row.quantity, 0);
      const users = fresh.map(({ userId }) => userId);
      const clash = users.some((user, at) => this.liveOf(user) || users.indexOf(user) < at);
      if (clash || !this.#fits(total)) return { kind: "guard" };
      for (const row of fresh) this.#insertUnpaid(row, message.payBy);
    }
    this.inbox.set(formatMessageId(message.item, message.firstSeq), content);
    const orders = this.isLate(message) ? 0 : fresh.length;
    return { kind: "written", orders, refused: fresh.length - orders };
  }

  writeOrdersSingly(message: OrderMessage, content: string): SplitOutcome {
    const outcome: SplitOutcome = { orders: 0, refused: 0, parked: [], clashes: [] };
    if (this.#askInbox(message, content) === "known") return outcome;
    for (const row of rowsOf(message)) {
      if (this.orders.has(row.ticket)) continue;
      if (this.isLate(message)) {
        this.#refuse(row, "late");
        outcome.refused += 1;
      } else if (this.liveOf(row.userId) || !this.#fits(row.quantity)) {
        // The ledger is wrong: its reservation goes, without stock, and the item is closed.
        this.#refuse(row, "ledger_wrong");
        this.events.end("drop", row.ticket, 0);
        this.openEpoch = 0;
        outcome.refused += 1;
        outcome.clashes.push(row.ticket);
      } else {
        this.#insertUnpaid(row, message.payBy);
        outcome.orders += 1;
      }
    }
    this.inbox.set(formatMessageId(message.item, message.firstSeq), content);
    return outcome;
  }

  liveOf(userId: string): OrderModel | undefined {
    return [...this.orders.values()].find((order) => order.userId === userId && order.live);
  }

  raiseEpoch(): number {
    this.openEpoch = 0;
    return this.epoch += 1;
  }

  markDrained(epoch: number): void {
    if (this.epoch === epoch) this.drainedEpoch = epoch;
  }

  /** Pieces left, or null when the token is lost. */
  snapshot(epoch: number): number | null {
    if (this.epoch !== epoch) return null;
    this.ledgerEpoch = epoch;
    return this.stock < 0 ? -1 : this.stock - this.sold;
  }

  markOpen(epoch: number): boolean {
    if (this.epoch !== epoch || this.ledgerEpoch !== epoch) return false;
    this.openEpoch = epoch;
    return true;
  }

  close(epoch: number): void {
    if (this.openEpoch === epoch) this.openEpoch = 0;
  }

  /** Who holds what in the life that this epoch begins, by user. */
  reservations(epoch: number): Reservation[] {
    const picked = new Map<string, { row: OrderModel; rank: number }>();
    for (const row of this.orders.values()) {
      const isReleased = row.status !== "refused" && this.events.hasPendingRestock(row, epoch);
      const rank = row.live ? 2 : isReleased ? 1 : 0;
      const other = picked.get(row.userId);
      if (other && (other.rank > rank || (other.rank === rank && other.row.seq > row.seq))) {
        continue;
      }
      picked.set(row.userId, { row, rank });
    }
    return [...picked.values()].map(({ row, rank }) => {
      const { userId, seq, quantity, requestId, messageId, payBy } = row;
      return { userId, seq, quantity, requestId, messageId, live: rank > 0, payBy };
    }).sort((a, b) => a.userId < b.userId ? -1 : 1);
  }

  /** Ends an unpaid order and lets its stock go back. */
  cancel(order: OrderModel, reason: CancelReason): void {
    Object.assign(order, { status: "cancelled", reason, live: false });
    this.sold -= order.quantity;
    this.events.end("restock", order.ticket, order.quantity);
    if (reason !== "expired") return;
    const expired = [...this.orders.values()].filter((one) =>
      one.userId === order.userId && one.status === "cancelled" && one.reason === "expired"
    );
    if (expired.length >= this.start.maxExpiredHolds) this.barred.add(order.userId);
  }

  /** A refusal that holds nothing. */
  #refuse(row: MessageRow, reason: string): void {
    this.addRefusal(row, reason, row.payBy);
  }

  addRefusal(row: Omit<MessageRow, "payBy">, reason: string, payBy: number): OrderModel {
    const amount = this.start.price * row.quantity;
    const order: OrderModel = { ...row, amount, status: "refused", reason, live: false, payBy };
    this.orders.set(row.ticket, order);
    return order;
  }

  #insertUnpaid(row: MessageRow, payBy: number): void {
    const least = Math.min(LEAST_TIME_TO_PAY_MS, this.start.paymentWindowMs);
    this.orders.set(row.ticket, {
      ...row,
      amount: this.start.price * row.quantity,
      status: "unpaid",
      reason: null,
      live: true,
      payBy: Math.max(payBy, this.clock() + least),
    });
    this.sold += row.quantity;
  }

  #fits(quantity: number): boolean {
    return this.stock < 0 || this.sold + quantity <= this.stock;
  }

  #askInbox(message: OrderMessage, content: string): "known" | "content_clash" | null {
    const before = this.inbox.get(formatMessageId(message.item, message.firstSeq));
    if (before === undefined) return null;
    return before === content ? "known" : "content_clash";
  }
}

type MessageRow = Pick<
  OrderModel,
  "ticket" | "userId" | "seq" | "quantity" | "requestId" | "messageId" | "payBy"
>;

function rowsOf(message: OrderMessage): MessageRow[] {
  const messageId = formatMessageId(message.item, message.firstSeq);
  return message.orders.map(({ userId, quantity, requestId }, at) => {
    const seq = message.firstSeq + at;
    const ticket = formatTicket(message.item, userId, seq);
    return { ticket, userId, seq, quantity, requestId, messageId, payBy: message.payBy };
  });
}
