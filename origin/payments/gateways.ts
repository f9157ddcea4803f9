import { NO_GATEWAY } from "./no_gateway.ts";
import type { PaymentGateway } from "./payment_gateway.ts";
import { SANDBOX_GATEWAY } from "./sandbox_gateway.ts";

/** What a gateway is made with. */
export interface GatewayContext {
  /** The keys of `PAYMENT_WEBHOOK_KEY`, the one to sign with first; empty without any. */
  webhookKeys: readonly string[];
  /** `PAYMENT_PROVIDER_URL` and `PAYMENT_PROVIDER_KEY`, null where they are not set. */
  providerUrl: string | null;
  providerKey: string | null;
}

/** A kind of gateway that can be chosen. */
export interface GatewayKind {
  /** True for one that takes no real money. */
  demoOnly: boolean;
  open(context: GatewayContext): PaymentGateway;
}

/** Every gateway by its value of `PAYMENT_GATEWAY`. A provider is one file and one line here. */
export const GATEWAYS: Readonly<Record<string, GatewayKind>> = {
  none: NO_GATEWAY,
  sandbox: SANDBOX_GATEWAY,
};

/** How payments are set up; plain data, so that it can be handed to another thread. */
export interface PaymentSettings extends GatewayContext {
  /** A key of `GATEWAYS`. */
  gateway: string;
}

/** The gateway that was chosen. @throws {RangeError} for one that does not exist. */
export function openGateway({ gateway, ...context }: PaymentSettings): PaymentGateway {
  const kind = Object.hasOwn(GATEWAYS, gateway) ? GATEWAYS[gateway] : undefined;
  if (!kind) {
    const known = Object.keys(GATEWAYS).join(", ");
    throw new RangeError(
      `Cannot open a gateway as it must be one of ${known}: current value is ${gateway}`,
    );
  }
  return kind.open(context);
}
