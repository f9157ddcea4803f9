import { formatMessageId, parseTicket } from "../../ticket.ts";
import type {
  PaymentNotice,
  PaymentOutcome,
  PaymentState,
} from "../../../origin/payments/payment_book.ts";
import type { BookModel, OrderModel } from "./book_model.ts";

/** A captured payment, as it should be. */
export interface PaymentModel extends PaymentNotice {
  state: PaymentState;
  attempts: number;
  nextAt: number;
}

/** Where giving money back stops until an operator looks at it. */
const MAX_ATTEMPTS = 10;

/** How long a payment that was handed out for a refund is kept from others, and the first pause. */
const CLAIM_MS = 60_000;
const FIRST_PAUSE_MS = 5_000;

/** The captured payments of one item. */
export class PaymentsModel {
  readonly all: PaymentModel[] = [];

  constructor(readonly book: BookModel, readonly clock: () => number) {}

  take(notice: PaymentNotice): PaymentOutcome {
    const known = this.all.some((payment) =>
      payment.eventId === notice.eventId || payment.paymentId === notice.paymentId
    );
    if (known) return "known";
    const verdict = this.#judge(notice);
    if (verdict === "wrong_amount") return verdict;
    this.#settle(notice, verdict);
    this.all.push({ ...notice, state: verdict, attempts: 0, nextAt: 0 });
    return verdict;
  }

  /** How many of the stored ones came to their end. */
  applyStored(): number {
    let ended = 0;
    for (const payment of this.all) {
      if (payment.state !== "stored") continue;
      const verdict = this.#judge(payment);
      if (verdict === "stored") continue;
      payment.state = verdict === "applied" ? "applied" : "refund_due";
      this.#settle(payment, payment.state);
      ended += 1;
    }
    return ended;
  }

  dueRefunds(): string[] {
    const due = this.all.filter(({ state, attempts, nextAt }) =>
      state === "refund_due" && attempts < MAX_ATTEMPTS && nextAt <= this.clock()
    );
    for (const payment of due) payment.nextAt = this.clock() + CLAIM_MS;
    return due.map(({ paymentId }) => paymentId);
  }

  finishRefund(paymentId: string, refunded: boolean): void {
    const payment = this.all.find((one) => one.paymentId === paymentId);
    if (payment?.state !== "refund_due") return;
    if (!refunded) {
      payment.attempts += 1;
      payment.nextAt = this.clock() + FIRST_PAUSE_MS * 2 ** (payment.attempts - 1);
      return;
    }
    payment.state = "refunded";
    const owed = this.all.some((one) =>
      one.ticket === payment.ticket && one.state === "refund_due"
    );
    const order = this.book.orders.get(payment.ticket);
    if (!owed && order?.status === "refund_due") order.status = "refunded";
  }

  #judge({ ticket, amount }: PaymentNotice): Exclude<PaymentOutcome, "known"> {
    const order = this.book.orders.get(ticket);
    if (!order) {
      const isOver = (parseTicket(ticket)?.epoch ?? 0) < this.book.ledgerEpoch;
      return isOver ? "refund_due" : "stored";
    }
    if (order.reason !== "lost_in_recovery" && order.amount !== amount) return "wrong_amount";
    return order.status === "unpaid" ? "applied" : "refund_due";
  }

  #settle(notice: PaymentNotice, verdict: PaymentOutcome): void {
    if (verdict === "stored") return;
    const order = this.book.orders.get(notice.ticket) ?? this.#addLost(notice);
    if (verdict === "applied") order.status = "paid";
    else if (["cancelled", "refused", "refunded"].includes(order.status)) {
      order.status = "refund_due";
    }
  }

  /** A ticket of an epoch that is over, which reached no queue: its money goes back. */
  #addLost({ ticket, amount }: PaymentNotice): OrderModel {
    const { userId = "", seq = 0 } = parseTicket(ticket) ?? {};
    const { item, price } = this.book.start;
    const pieces = amount / price;
    const quantity = Number.isSafeInteger(pieces) ? pieces : 1;
    const messageId = formatMessageId(item, seq);
    const row = { ticket, userId, seq, quantity, requestId: `lost-${seq}`, messageId };
    return this.book.addRefusal(row, "lost_in_recovery", this.clock());
  }
}
