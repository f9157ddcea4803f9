import type { GatewayContext, GatewayKind } from "./gateways.ts";
import {
  type CreatedPayment,
  type GatewayState,
  GatewayUnavailable,
  type PaymentGateway,
  type RawNotification,
  type Verification,
} from "./payment_gateway.ts";
import { verifySignedNotice } from "./signed_notices.ts";

/**
 * Without a provider of its own: the shop's payment system tells of payments through the webhook,
 * and operators give money back by hand.
 */
class NoGateway implements PaymentGateway {
  readonly givesBack = false;

  constructor(readonly context: Pick<GatewayContext, "webhookKeys">) {}

  createPayment(): Promise<CreatedPayment> {
    return Promise.reject(
      new GatewayUnavailable("No payment gateway is set up here; pay in the shop"),
    );
  }

  verifyNotification(notification: RawNotification, nowMs: number): Promise<Verification> {
    const { webhookKeys } = this.context;
    return Promise.try(() => verifySignedNotice(notification, webhookKeys, nowMs));
  }

  check(): Promise<GatewayState> {
    const detail = "Buyers pay in the shop’s own system, which tells of it by the webhook";
    const advice = this.context.webhookKeys.length > 0
      ? "See that the shop can reach it: nobody here can ask."
      : "Set PAYMENT_WEBHOOK_KEY, or no order is ever paid.";
    return Promise.resolve({ ok: true, detail, advice });
  }

  refund(): Promise<void> {
    return Promise.reject(new GatewayUnavailable("No payment gateway is set up to give back with"));
  }
}

/** `PAYMENT_GATEWAY=none`. */
export const NO_GATEWAY: GatewayKind = {
  demoOnly: false,
  open: (context) => new NoGateway(context),
};
