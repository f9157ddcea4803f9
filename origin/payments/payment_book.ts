import type { ItemKey } from "../../shared/item.ts";
import type { Page } from "../orders/order_book.ts";

/** A captured payment, as a verified notification tells it. Amount in minor units. */
export interface PaymentNotice {
  /** The provider's id of the notification; the same event may come any number of times. */
  eventId: string;
  /** The provider's id of the payment. */
  paymentId: string;
  ticket: string;
  amount: number;
  currency: string;
}

/**
 * What became of a notice. `applied`: the order is paid by it. `stored`: the order is not written
 * yet; the sweep applies it. `refund_due`: the order cannot take it (cancelled, refused, or paid by
 * another payment), so the money goes back. `known`: this event or payment was taken before.
 * `wrong_amount`: the order asks for another amount or currency; nothing was changed.
 */
export type PaymentOutcome = "applied" | "stored" | "refund_due" | "known" | "wrong_amount";

/** Where a captured payment stands. */
export type PaymentState = "stored" | "applied" | "refund_due" | "refunded";

/** A captured payment as it is recorded. Times in ms. */
export interface PaymentRecord extends PaymentNotice {
  id: number;
  state: PaymentState;
  refundAttempts: number;
  /** When giving the money back is tried next; 0 when it never was. */
  nextRefundAt: number;
  /** What the last try said; null without one. */
  refundError: string | null;
  createdAt: number;
}

/** The last payment of a page. */
export type PaymentCursor = Pick<PaymentRecord, "ticket" | "id">;

/** What became of a try to give money back. */
export type RefundResult = { kind: "refunded" } | { kind: "failed"; error: string };

/**
 * The record of captured money: every payment ends as a paid order or as a refund. Operations are
 * one transaction each; they throw `DatabaseError` when it did not happen.
 */
export interface PaymentBook {
  /**
   * Takes a notice, once per event and per payment, and decides under the order's row lock what it
   * means for it: unpaid → paid; anything else is a refund record. Paid against cancelled is
   * decided here and in `UnpaidBook.cancelOrders`, by whoever locks the row first.
   */
  takePayment(notice: PaymentNotice): Promise<PaymentOutcome>;

  /** Applies stored payments whose order, or whose end, is known by now. Returns how many. */
  applyStored(limit: number): Promise<number>;

  /**
   * Payments that are to be given back and whose next try is due, below the cap of attempts. They
   * are the caller's for a minute: until then nobody else is handed them.
   */
  dueRefunds(limit: number): Promise<PaymentRecord[]>;

  /**
   * Writes down a try: `refunded` also moves the order from `refund_due` to `refunded` when no other
   * payment of it is to be given back; `failed` raises the attempts and sets the next try.
   */
  finishRefund(paymentId: string, result: RefundResult): Promise<void>;

  /** Lets a refund that reached its cap be tried again. False when there is none of that id. */
  retryRefund(paymentId: string): Promise<boolean>;

  /** The payment with that record id, or null. */
  getPayment(id: number): Promise<PaymentRecord | null>;

  /** Every payment of these tickets, oldest first. */
  paymentsOf(tickets: string[]): Promise<PaymentRecord[]>;

  /** One page of an item's payments by ticket and id, those behind `after`; null begins. */
  listItemPayments(
    item: ItemKey,
    after: PaymentCursor | null,
    limit: number,
  ): Promise<PaymentRecord[]>;

  /** Payments, newest first. `page` ≥ 1, `per` 1–200. */
  listPayments(
    filter: { ticket?: string; state?: PaymentState },
    page: number,
    per: number,
  ): Promise<Page<PaymentRecord>>;
}
