import {
  ConfigurationError,
  type Environment,
  readInteger,
  readNamespace,
  readOptional,
  readPort,
  readSecret,
  readSwitch,
  readText,
  readUrl,
  unusable,
} from "../shared/env.ts";
import { readSeed } from "../shared/proof/proof_key.ts";
import { DEFAULT_MAX_QUEUED_MESSAGES } from "./buy/backlog.ts";
import type { PaymentSettings } from "./payments/gateways.ts";
import { readPaymentSettings } from "./payments/payment_settings.ts";
import { readShopWebhook, type ShopWebhook } from "./webhook/webhook_settings.ts";

/** The servers of the services profile, as their clients take them. */
export interface ServiceUrls {
  redisUrl: string;
  amqpUrl: string;
  mysqlUrl: string;
}

/** The secrets of an origin. */
export interface OriginSecrets {
  /** What edges show to the internal API. */
  edgeKey: string;
  /** Signs receipts (HS256). */
  receiptKey: string;
  /** What operators show to the admin API. */
  adminToken: string;
  /** The Ed25519 seed of proofs, base64url; derived from `adminToken` when it is left out. */
  proofKey?: string;
}

/** What all profiles have in common. */
interface CommonConfig {
  host: string;
  port: number;
  /** Begins the names of Redis keys, queues and exchanges. */
  namespace: string;
  demo: boolean;
  /** Without a webhook key on the embedded profile: whoever starts it makes one. */
  payment: PaymentSettings;
  /** Whom workers tell of order events; null: nobody. */
  shopWebhook: ShopWebhook | null;
}

/**
 * What an origin runs with. On the embedded profile secrets may be missing: whoever starts it makes
 * them once and keeps them in `dataDir`.
 */
export type OriginConfig =
  & CommonConfig
  & {
    /** Messages that may wait in the queue before new buys hear `busy`. */
    maxQueuedMessages: number;
  }
  & (
    | { profile: "embedded"; dataDir: string; secrets: Partial<OriginSecrets> }
    | { profile: "services"; urls: ServiceUrls; secrets: OriginSecrets }
  );

/** What a worker runs with; it signs nothing and lets nobody in. */
export type WorkerConfig = CommonConfig & { urls: ServiceUrls };

/** Where every process of the services profile listens unless `HOST` says otherwise. */
const DEFAULT_HOST = "0.0.0.0";

const SERVICE_VARIABLES = ["REDIS_URL", "AMQP_URL", "MYSQL_URL"] as const;

/** The origin's configuration. @throws {ConfigurationError} naming the first unusable variable. */
export function resolveOriginConfig(env: Environment): OriginConfig {
  const common = {
    ...resolveCommon(env),
    port: readPort(env, "ORIGIN_PORT", 9000),
    maxQueuedMessages: readInteger(env, "MAX_QUEUED_MESSAGES", DEFAULT_MAX_QUEUED_MESSAGES, {
      min: 1,
      max: 1_000_000,
    }),
  };
  const urls = resolveServiceUrls(env);
  if (urls === null) {
    return {
      ...common,
      profile: "embedded",
      dataDir: readText(env, "DATA_DIR", "./data"),
      secrets: givenSecrets(env, common.demo),
    };
  }
  return {
    ...common,
    profile: "services",
    urls,
    secrets: {
      edgeKey: readSecret(env, "EDGE_KEY", common.demo),
      receiptKey: readSecret(env, "RECEIPT_KEY", common.demo),
      adminToken: readSecret(env, "ADMIN_TOKEN", common.demo),
      ...readProofKey(env),
    },
  };
}

/** The worker's configuration. @throws {ConfigurationError} naming the first unusable variable. */
export function resolveWorkerConfig(env: Environment): WorkerConfig {
  const common = { ...resolveCommon(env), port: readPort(env, "WORKER_PORT", 9100) };
  const urls = resolveServiceUrls(env);
  if (urls === null) {
    throw new ConfigurationError(
      `Cannot start a worker as it needs ${listed(SERVICE_VARIABLES)}: current value is missing`,
    );
  }
  return { ...common, urls };
}

/** The three URLs, or null for the embedded profile. @throws {ConfigurationError} */
function resolveServiceUrls(env: Environment): ServiceUrls | null {
  const missing = SERVICE_VARIABLES.filter((name) => readOptional(env, name) === undefined);
  if (missing.length === SERVICE_VARIABLES.length) return null;
  if (missing.length > 0) {
    const given = SERVICE_VARIABLES.filter((name) => !missing.includes(name));
    throw new ConfigurationError(
      `Cannot use ${listed(given)} alone as the services profile needs ` +
        `${listed(SERVICE_VARIABLES)}: current value of ${listed(missing)} is missing`,
    );
  }
  checkUrl(env, "AMQP_URL", ["amqp", "amqps"]);
  checkUrl(env, "MYSQL_URL", ["mysql"]);
  checkUrl(env, "REDIS_URL", ["redis", "rediss"]);
  return {
    redisUrl: readText(env, "REDIS_URL", ""),
    amqpUrl: readText(env, "AMQP_URL", ""),
    mysqlUrl: readText(env, "MYSQL_URL", ""),
  };
}

function checkUrl(env: Environment, name: string, schemes: string[]): void {
  const url = readUrl(env, name, schemes);
  if (url?.hostname === "") unusable(name, url.protocol + "//", "it must name a host");
}

function resolveCommon(env: Environment): Omit<CommonConfig, "port"> {
  const namespace = readNamespace(env);
  const host = readText(env, "HOST", DEFAULT_HOST);
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host)) {
    unusable("HOST", host, "it must be an address or a host name");
  }
  const demo = readSwitch(env, "DEMO", false);
  const payment = readPaymentSettings(env, demo);
  return { host, namespace, demo, payment, shopWebhook: readShopWebhook(env, demo) };
}

/** The seed of proofs, if it is set. It is a secret, so a refusal does not show it. */
function readProofKey(env: Environment): Pick<OriginSecrets, "proofKey"> {
  const proofKey = readOptional(env, "PROOF_KEY");
  if (proofKey === undefined) return {};
  if (readSeed(proofKey) !== null) return { proofKey };
  throw new ConfigurationError(
    "Cannot use PROOF_KEY as it must be 32 bytes as base64url: current value has " +
      `${proofKey.length} characters`,
  );
}

/** The secrets that were set, each held to the rules; the others are left out. */
function givenSecrets(env: Environment, demo: boolean): Partial<OriginSecrets> {
  const secrets: Partial<OriginSecrets> = readProofKey(env);
  if (readOptional(env, "EDGE_KEY")) secrets.edgeKey = readSecret(env, "EDGE_KEY", demo);
  if (readOptional(env, "RECEIPT_KEY")) secrets.receiptKey = readSecret(env, "RECEIPT_KEY", demo);
  if (readOptional(env, "ADMIN_TOKEN")) secrets.adminToken = readSecret(env, "ADMIN_TOKEN", demo);
  return secrets;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
