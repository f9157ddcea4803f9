import type { Clock } from "../../shared/clock.ts";
import type { ItemKey } from "../../shared/item.ts";
import type { Database } from "../database/database.ts";
import { StoredPayments } from "./apply_stored.ts";
import { getPayment, listItemPayments, listPayments, paymentsOf } from "./list_payments.ts";
import type {
  PaymentBook,
  PaymentCursor,
  PaymentNotice,
  PaymentState,
  RefundResult,
} from "./payment_book.ts";
import { dueRefunds, finishRefund, retryRefund } from "./refund_rows.ts";
import { takePayment } from "./take_payment.ts";

/** The payment book in SQL, the same for MySQL, MariaDB and SQLite: each operation is one file's. */
export class SqlPaymentBook implements PaymentBook {
  readonly #stored: StoredPayments;

  constructor(readonly database: Database, readonly clock: Clock) {
    this.#stored = new StoredPayments(database, clock);
  }

  takePayment(notice: PaymentNotice) {
    return takePayment(this.database, this.clock, notice);
  }

  applyStored(limit: number) {
    return this.#stored.apply(limit);
  }

  dueRefunds(limit: number) {
    return dueRefunds(this.database, this.clock, limit);
  }

  finishRefund(paymentId: string, result: RefundResult) {
    return finishRefund(this.database, this.clock, paymentId, result);
  }

  retryRefund(paymentId: string) {
    return retryRefund(this.database, this.clock, paymentId);
  }

  getPayment(id: number) {
    return getPayment(this.database, id);
  }

  paymentsOf(tickets: string[]) {
    return paymentsOf(this.database, tickets);
  }

  listItemPayments(item: ItemKey, after: PaymentCursor | null, limit: number) {
    return listItemPayments(this.database, item, after, limit);
  }

  listPayments(filter: { ticket?: string; state?: PaymentState }, page: number, per: number) {
    return listPayments(this.database, filter, page, per);
  }
}
