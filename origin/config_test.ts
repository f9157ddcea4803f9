import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { ConfigurationError } from "../shared/env.ts";
import { resolveOriginConfig, resolveWorkerConfig } from "./config.ts";

const urls = {
  REDIS_URL: "redis://127.0.0.1:6379",
  AMQP_URL: "amqp://guest:guest@127.0.0.1:5672",
  MYSQL_URL: "mysql://shop:pw@127.0.0.1:3306/shop",
};
const secrets = {
  EDGE_KEY: "0123456789abcdef-edge",
  RECEIPT_KEY: "0123456789abcdef-receipt",
  ADMIN_TOKEN: "0123456789abcdef-token",
};

const NO_PAYMENT = { gateway: "none", webhookKeys: [], providerUrl: null, providerKey: null };

Deno.test("resolveOriginConfig() without URLs is embedded and asks for no secret", () => {
  assertEquals(resolveOriginConfig({}), {
    profile: "embedded",
    host: "0.0.0.0",
    port: 9000,
    namespace: "dropgate",
    demo: false,
    maxQueuedMessages: 20_000,
    payment: NO_PAYMENT,
    shopWebhook: null,
    dataDir: "./data",
    secrets: {},
  });
});

Deno.test("resolveOriginConfig() with the three URLs is the services profile", () => {
  const config = resolveOriginConfig({ ...urls, ...secrets, ORIGIN_PORT: "0", NAMESPACE: "a_1" });
  assertEquals(config, {
    profile: "services",
    host: "0.0.0.0",
    port: 0,
    namespace: "a_1",
    demo: false,
    maxQueuedMessages: 20_000,
    payment: NO_PAYMENT,
    shopWebhook: null,
    urls: { redisUrl: urls.REDIS_URL, amqpUrl: urls.AMQP_URL, mysqlUrl: urls.MYSQL_URL },
    secrets: {
      edgeKey: secrets.EDGE_KEY,
      receiptKey: secrets.RECEIPT_KEY,
      adminToken: secrets.ADMIN_TOKEN,
    },
  });
});

Deno.test("resolveOriginConfig() names the URLs that are missing", () => {
  const all = Object.keys(urls) as (keyof typeof urls)[];
  for (const missing of all) {
    const env = { ...urls, ...secrets, [missing]: "" };
    const error = assertThrows(() => resolveOriginConfig(env), ConfigurationError);
    assert(error.message.endsWith(`current value of ${missing} is missing`), error.message);
  }
  const error = assertThrows(
    () => resolveOriginConfig({ AMQP_URL: urls.AMQP_URL }),
    ConfigurationError,
  );
  assert(error.message.includes("REDIS_URL and MYSQL_URL is missing"), error.message);
});

Deno.test("resolveOriginConfig() refuses unusable values with one line that names them", () => {
  const base = { ...urls, ...secrets };
  const bad: Record<string, string[]> = {
    ORIGIN_PORT: ["x", "-1", "65536", "1.5"],
    MAX_QUEUED_MESSAGES: ["0", "1000001", "-5", "1.5", "all", "1e3"],
    NAMESPACE: ["A", "a-b", "a".repeat(65), "a b"],
    HOST: ["a b", "http://x"],
    DEMO: ["yes", "true"],
    PAYMENT_GATEWAY: ["sandbox", "acme"],
    PAYMENT_WEBHOOK_KEY: ["short", "a,b,c"],
    REDIS_URL: ["http://x", "redis://", "redis+sentinel://a:1,b:2/main", "x"],
    AMQP_URL: ["http://x", "amqp:", "x"],
    MYSQL_URL: ["postgres://x", "x"],
    EDGE_KEY: ["", "short", "changeme-changeme-changeme"],
    RECEIPT_KEY: ["", "short", "secret-secret-secret"],
    PROOF_KEY: ["short", "!".repeat(43), "A".repeat(42), "A".repeat(44)],
    ADMIN_TOKEN: ["", "short", "admin-admin-admin-admin"],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const error = assertThrows(
        () => resolveOriginConfig({ ...base, [name]: value }),
        ConfigurationError,
        name,
      );
      assertFalse(error.message.includes("\n"));
    }
  }
});

Deno.test("resolveOriginConfig() takes Redis with and without TLS", () => {
  for (const url of ["redis://h:1/2", "rediss://h"]) {
    const config = resolveOriginConfig({ ...urls, ...secrets, REDIS_URL: url });
    assertEquals(config.profile === "services" && config.urls.redisUrl, url);
  }
});

Deno.test("resolveOriginConfig() never shows a password", () => {
  const error = assertThrows(
    () => resolveOriginConfig({ ...urls, ...secrets, REDIS_URL: "http://u:hunter2@h" }),
    ConfigurationError,
  );
  assertFalse(error.message.includes("hunter2"));
});

Deno.test("resolveOriginConfig() holds given secrets to the rules on every profile", () => {
  assertEquals(resolveOriginConfig({ DEMO: "1", ADMIN_TOKEN: "admin" }).secrets, {
    adminToken: "admin",
  });
  assertThrows(() => resolveOriginConfig({ ADMIN_TOKEN: "admin" }), ConfigurationError);
});

Deno.test("resolveOriginConfig() takes a key of proofs, and never shows one", () => {
  const PROOF_KEY = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
  assertEquals(resolveOriginConfig({ PROOF_KEY }).secrets, { proofKey: PROOF_KEY });
  const config = resolveOriginConfig({ ...urls, ...secrets, PROOF_KEY });
  assertEquals(config.secrets.proofKey, PROOF_KEY);
  const error = assertThrows(
    () => resolveOriginConfig({ PROOF_KEY: `${PROOF_KEY}B` }),
    ConfigurationError,
  );
  assertFalse(error.message.includes(PROOF_KEY));
});

Deno.test("resolveWorkerConfig() needs the URLs and no secret", () => {
  const config = resolveWorkerConfig({ ...urls, HOST: "::1" });
  assertEquals([config.port, config.host, config.urls.mysqlUrl], [9100, "::1", urls.MYSQL_URL]);
  assertThrows(() => resolveWorkerConfig({}), ConfigurationError, "REDIS_URL, AMQP_URL");
});
