import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch } from "../../shared/item.ts";
import { parseTicket } from "../../shared/ticket.ts";
import type { PaymentBook, PaymentCursor, PaymentRecord } from "../payments/payment_book.ts";
import type { OrderBook, OrderRecord } from "./order_book.ts";
import type { Violation } from "./proof_rules.ts";

/** How long the sweep may take to apply a payment whose order is written, ms. */
export const STORED_GRACE_MS = 5_000;

/** Payments per page. */
const PAGE = 500;

/** Most pages of one item; a walk that goes on is not getting anywhere. */
const MAX_PAGES = 100_000;

/** Statuses that say something of money. */
const MONEY = new Set<OrderRecord["status"]>(["paid", "refund_due", "refunded"]);

/** What I6 is recomputed from. */
export interface PaymentProofParts {
  book: Pick<OrderBook, "findOrders">;
  payments: Pick<PaymentBook, "paymentsOf" | "listItemPayments">;
  clock: Clock;
  /** Waits so many ms; 0 lets others have their turn. */
  delay(ms: number): Promise<void>;
}

/**
 * I6: every captured payment ends as a paid order or as a refund. `paid` and `applied` are final, so
 * whichever of the two is read first must be met by the other, however much the sale moves.
 */
export class PaymentProof {
  constructor(
    readonly item: ItemEpoch,
    readonly parts: PaymentProofParts,
    readonly say: (violation: Violation) => void,
  ) {}

  /** Holds orders that were just read against their payments. */
  async judgeOrders(orders: OrderRecord[]): Promise<void> {
    const concerned = orders.filter(({ status }) => MONEY.has(status));
    if (concerned.length === 0) return;
    const tickets = concerned.map(({ ticket }) => ticket);
    const found = Map.groupBy(await this.parts.payments.paymentsOf(tickets), (one) => one.ticket);
    for (const order of concerned) {
      const fault = faultOfOrder(order, found.get(order.ticket) ?? []);
      if (fault !== null) this.#tell(order.ticket, fault);
    }
  }

  /** Holds every payment of the item against its order. */
  async walkPayments(): Promise<void> {
    let after: PaymentCursor | null = null;
    for (let page = 0; page < MAX_PAGES; page++) {
      const payments: PaymentRecord[] = await this.parts.payments.listItemPayments(
        this.item.item,
        after,
        PAGE,
      );
      if (payments.length === 0) return;
      await this.#judgePayments(payments);
      after = payments.at(-1)!;
      await this.parts.delay(0);
    }
    throw new Error(`Cannot prove ${this.item.item} as it has too many payments`);
  }

  async #judgePayments(payments: PaymentRecord[]): Promise<void> {
    const orders = await this.parts.book.findOrders(payments.map(({ ticket }) => ticket));
    const waiting: PaymentRecord[] = [];
    payments.forEach((payment, at) => {
      const order = orders[at] ?? null;
      if (payment.state === "stored") {
        if (this.#isOverdue(payment, order)) waiting.push(payment);
        return;
      }
      const fault = faultOfPayment(payment, order);
      if (fault !== null) this.#tell(payment.ticket, fault);
    });
    await this.#examine(waiting);
  }

  /** The order has been there for a while, or can never come. */
  #isOverdue({ ticket, createdAt }: PaymentRecord, order: OrderRecord | null): boolean {
    const isLost = (parseTicket(ticket)?.epoch ?? 0) < this.item.epoch;
    if (order === null && !isLost) return false;
    const since = Math.max(createdAt, order?.createdAt ?? 0);
    return this.parts.clock() - since > STORED_GRACE_MS;
  }

  /** Read again: the sweep may have come between the two looks. */
  async #examine(waiting: PaymentRecord[]): Promise<void> {
    if (waiting.length === 0) return;
    const ids = new Set(waiting.map(({ id }) => id));
    const now = await this.parts.payments.paymentsOf(waiting.map(({ ticket }) => ticket));
    for (const { id, state, ticket, paymentId } of now) {
      if (!ids.has(id) || state !== "stored") continue;
      this.#tell(ticket, `its payment ${paymentId} was never applied`);
    }
  }

  #tell(ticket: string, detail: string): void {
    this.say({ invariant: "I6", item: this.item.item, ticket, detail });
  }
}

/** What is wrong with an order and payments that were read after it; null when nothing is. */
function faultOfOrder(order: OrderRecord, payments: PaymentRecord[]): string | null {
  const inState = (state: PaymentRecord["state"]) =>
    payments.filter((payment) => payment.state === state).length;
  const applied = inState("applied");
  const returned = inState("refunded");
  if (order.status === "paid") {
    return applied === 1 ? null : `it is paid with ${applied} applied payments`;
  }
  if (applied > 0) return `it is ${order.status} with ${applied} applied payments`;
  if (order.status === "refunded") {
    return returned > 0 ? null : "it is refunded, and no payment of it was given back";
  }
  return returned + inState("refund_due") > 0
    ? null
    : "it is refund_due, and no payment of it is to be given back";
}

/** What is wrong with a payment and an order that was read after it; null when nothing is. */
function faultOfPayment(payment: PaymentRecord, order: OrderRecord | null): string | null {
  const { paymentId, state, amount, currency } = payment;
  if (order === null) return `its payment ${paymentId} is ${state} and it has no order`;
  if (state !== "applied") return null;
  if (order.status !== "paid") {
    return `its payment ${paymentId} is applied and it is ${order.status}`;
  }
  return order.amount === amount && order.currency === currency
    ? null
    : `it asks for ${order.amount} ${order.currency} and was paid ${amount} ${currency}`;
}
