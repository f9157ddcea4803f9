import type { GatewayContext, GatewayKind } from "./gateways.ts";
import {
  type CreatedPayment,
  type GatewayState,
  GatewayUnavailable,
  type PaymentGateway,
  type PaymentOrder,
  type RawNotification,
  type Verification,
} from "./payment_gateway.ts";
import { signSandboxLink } from "./sandbox_link.ts";
import { verifySignedNotice } from "./signed_notices.ts";

/** The sandbox's page on the edge; the link follows. */
export const SANDBOX_PATH = "/sandbox/pay/";

/** The sandbox's id of the payment of a ticket: one per ticket, so that nothing has to be kept. */
export function sandboxPaymentId(ticket: string): string {
  return `sandbox-${ticket}`;
}

/** A provider that takes no money: its page stands on the edge, and giving back always works. */
class SandboxGateway implements PaymentGateway {
  readonly givesBack = true;

  constructor(readonly context: Pick<GatewayContext, "webhookKeys">) {}

  createPayment(order: PaymentOrder): Promise<CreatedPayment> {
    const [key] = this.context.webhookKeys;
    if (key === undefined) {
      return Promise.reject(new GatewayUnavailable("PAYMENT_WEBHOOK_KEY is not set"));
    }
    const path = SANDBOX_PATH + signSandboxLink(order, key);
    return Promise.resolve({
      paymentId: sandboxPaymentId(order.ticket),
      redirectUrl: new URL(path, order.returnUrl).href,
    });
  }

  verifyNotification(notification: RawNotification, nowMs: number): Promise<Verification> {
    const { webhookKeys } = this.context;
    return Promise.try(() => verifySignedNotice(notification, webhookKeys, nowMs));
  }

  check(): Promise<GatewayState> {
    const hasKey = this.context.webhookKeys.length > 0;
    return Promise.resolve({
      ok: hasKey,
      detail: hasKey ? "The sandbox answers: no real money is taken" : "The sandbox has no key",
      advice: hasKey
        ? "For a real sale set PAYMENT_GATEWAY to the provider that you use."
        : "Set PAYMENT_WEBHOOK_KEY.",
    });
  }

  refund(): Promise<void> {
    return Promise.resolve();
  }
}

/** `PAYMENT_GATEWAY=sandbox`. */
export const SANDBOX_GATEWAY: GatewayKind = {
  demoOnly: true,
  open: (context) => new SandboxGateway(context),
};
