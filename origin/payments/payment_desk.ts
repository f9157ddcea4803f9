import type { Clock } from "../../shared/clock.ts";
import type { OrderView } from "../../shared/internal_api.ts";
import type { Log } from "../../shared/log.ts";
import { parseTicket } from "../../shared/ticket.ts";
import type { OrderStatusDesk } from "../orders/order_status.ts";
import { callGateway, CREATE_TIMEOUT_MS, VERIFY_TIMEOUT_MS } from "./gateway_deadline.ts";
import type { PaymentBook, PaymentNotice, PaymentOutcome } from "./payment_book.ts";
import {
  type CreatedPayment,
  GatewayUnavailable,
  type PaymentGateway,
  type RawNotification,
  type Verification,
} from "./payment_gateway.ts";

/** What payments are taken with. */
export interface PaymentDeskParts {
  payments: Pick<PaymentBook, "takePayment">;
  gateway: Pick<PaymentGateway, "createPayment" | "verifyNotification">;
  orders: Pick<OrderStatusDesk, "find">;
  clock: Clock;
  log: Log;
}

/** What became of a notification. */
export type NoticeAnswer =
  | { kind: "taken"; outcome: Exclude<PaymentOutcome, "wrong_amount"> | "ignored" }
  | { kind: "bad_signature" | "unknown_ticket" | "wrong_amount" }
  | { kind: "malformed"; detail: string }
  | { kind: "unavailable"; detail: string };

/** What became of a buyer's wish to pay. */
export type PayAnswer =
  | { kind: "created"; payment: CreatedPayment }
  | { kind: "not_found" }
  /** The order is not, or not any more, one that can be paid; `processing` may be in a moment. */
  | { kind: "not_payable"; status: OrderView["status"]; detail: string }
  | { kind: "unavailable"; detail: string };

/** Takes notifications of the provider and begins payments of buyers. */
export class PaymentDesk {
  constructor(readonly parts: PaymentDeskParts) {}

  /**
   * Takes a notification, whoever hands it in. Safe to call any number of times with the same one.
   *
   * @throws {DatabaseError} when the payment could not be recorded: the provider tells again.
   */
  async takeNotification(notification: RawNotification): Promise<NoticeAnswer> {
    const verified = await this.#verify(notification);
    switch (verified.kind) {
      case "verified":
        return await this.#take(verified.notice);
      case "ignored":
        this.parts.log.info("Payment event {type} is not acted on", { type: verified.type });
        return { kind: "taken", outcome: "ignored" };
      case "malformed":
        this.parts.log.error("A signed payment notification cannot be read: {detail}", {
          detail: verified.detail,
          alarm: true,
        });
        return verified;
      default:
        return verified;
    }
  }

  /** Begins a payment of an order of this user that is unpaid and has time left. */
  async createPayment(ticket: string, userId: string, returnUrl: string): Promise<PayAnswer> {
    const found = await this.parts.orders.find(ticket, userId);
    if (found.kind === "not_found") return found;
    if (found.kind === "unavailable" || found.fromLedger) {
      return { kind: "unavailable", detail: "The order book is away" };
    }
    const { status, payBy, amount, currency } = found.order;
    const refuse = (detail: string): PayAnswer => ({ kind: "not_payable", status, detail });
    if (status === "processing") return refuse("The order is not written yet: ask again");
    if (status !== "unpaid") return refuse(`The order is ${status.replace("_", " ")}`);
    if (payBy !== undefined && Date.parse(payBy) <= this.parts.clock()) {
      return refuse("The time to pay is over");
    }
    const order = { ticket, amount, currency, returnUrl };
    try {
      const payment = await callGateway(
        (signal) => this.parts.gateway.createPayment(order, signal),
        CREATE_TIMEOUT_MS,
        "preparing a payment",
      );
      return { kind: "created", payment };
    } catch (error) {
      return this.#gatewayFailed("prepare a payment", error);
    }
  }

  async #verify(
    notification: RawNotification,
  ): Promise<Verification | { kind: "unavailable"; detail: string }> {
    try {
      return await callGateway(
        () => this.parts.gateway.verifyNotification(notification, this.parts.clock()),
        VERIFY_TIMEOUT_MS,
        "checking a notification",
      );
    } catch (error) {
      return this.#gatewayFailed("check a notification", error);
    }
  }

  async #take(notice: PaymentNotice): Promise<NoticeAnswer> {
    const { payments, orders, log } = this.parts;
    const { ticket, paymentId, amount, currency } = notice;
    const ids = parseTicket(ticket);
    const found = ids ? await orders.find(ticket, ids.userId) : { kind: "not_found" as const };
    if (found.kind === "unavailable") return { ...found, detail: "The order book is away" };
    if (found.kind === "not_found") {
      log.error("Payment {paymentId} is for {ticket}, which was never given out", {
        paymentId,
        ticket,
        alarm: true,
      });
      return { kind: "unknown_ticket" };
    }
    const outcome = await payments.takePayment(notice);
    if (outcome === "wrong_amount") {
      log.error("Payment {paymentId} of {amount} {currency} does not fit order {ticket}", {
        paymentId,
        ticket,
        amount,
        currency,
        alarm: true,
      });
      return { kind: "wrong_amount" };
    }
    log.info("Payment {paymentId} of {ticket}: {outcome}", { paymentId, ticket, outcome });
    return { kind: "taken", outcome };
  }

  #gatewayFailed(what: string, error: unknown): { kind: "unavailable"; detail: string } {
    if (error instanceof GatewayUnavailable) return { kind: "unavailable", detail: error.message };
    this.parts.log.warning("The payment gateway could not {what}: {error}", {
      what,
      error: String(error),
    });
    return { kind: "unavailable", detail: "The payment provider is away" };
  }
}
