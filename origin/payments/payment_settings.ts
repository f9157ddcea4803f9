import {
  type Environment,
  readOptional,
  readSecret,
  readText,
  readUrl,
  unusable,
} from "../../shared/env.ts";
import { GATEWAYS, type PaymentSettings } from "./gateways.ts";

/** Most webhook keys at once: the old and the new one of a rotation. */
const MAX_WEBHOOK_KEYS = 2;

/** How payments are set up. @throws {ConfigurationError} naming the first unusable variable. */
export function readPaymentSettings(env: Environment, demo: boolean): PaymentSettings {
  return {
    gateway: readGateway(env, demo),
    webhookKeys: readWebhookKeys(env, "PAYMENT_WEBHOOK_KEY", demo),
    providerUrl: readUrl(env, "PAYMENT_PROVIDER_URL", ["https", "http"])?.href ?? null,
    providerKey: readOptional(env, "PAYMENT_PROVIDER_KEY") === undefined
      ? null
      : readSecret(env, "PAYMENT_PROVIDER_KEY", demo),
  };
}

function readGateway(env: Environment, demo: boolean): string {
  const gateway = readText(env, "PAYMENT_GATEWAY", demo ? "sandbox" : "none");
  const kind = Object.hasOwn(GATEWAYS, gateway) ? GATEWAYS[gateway] : undefined;
  if (!kind) {
    unusable(
      "PAYMENT_GATEWAY",
      gateway,
      `it must be one of ${Object.keys(GATEWAYS).join(", ")}`,
    );
  }
  if (kind.demoOnly && !demo) {
    unusable("PAYMENT_GATEWAY", gateway, "it takes no real money and needs DEMO=1");
  }
  return gateway;
}

/** The keys of a comma-separated variable, each held to the rules of secrets. */
function readWebhookKeys(env: Environment, name: string, demo: boolean): string[] {
  const value = readOptional(env, name);
  if (value === undefined) return [];
  const keys = value.split(",").map((key) => key.trim());
  if (keys.length > MAX_WEBHOOK_KEYS || keys.includes("")) {
    unusable(name, `${keys.length} keys`, "it must be one secret, or two separated by a comma");
  }
  return keys.map((key) => readSecret({ [name]: key }, name, demo));
}
