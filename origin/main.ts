import { systemClock } from "../shared/clock.ts";
import { ConfigurationError, type Environment, exitWithReason } from "../shared/env.ts";
import { logOf, readLogLevel, startLogging } from "../shared/log.ts";
import { startProcessMetrics } from "../shared/metrics/process_metrics.ts";
import { problem } from "../shared/problem.ts";
import { DRAIN_TIMES, readSupervision, ServingProcess } from "../shared/serving_process.ts";
import { ShutdownStack } from "../shared/shutdown.ts";
import { type OriginConfig, resolveOriginConfig } from "./config.ts";
import { openServiceAdapters } from "./service_adapters.ts";
import { startOrigin } from "./start_origin.ts";

/** Every edge asks for the snapshot several times within this, and hears that this origin leaves. */
const LINGER_MS = 1_500;

function servicesConfig(env: Environment): Extract<OriginConfig, { profile: "services" }> {
  const config = resolveOriginConfig(env);
  if (config.profile === "services") return config;
  throw new ConfigurationError(
    "Cannot start an origin of its own as it needs REDIS_URL, AMQP_URL and MYSQL_URL: " +
      "current value is missing (`deno task start` runs everything in one process without them)",
  );
}

/** Runs an origin as this process, until a signal ends it. @throws {ConfigurationError} */
export async function main(): Promise<void> {
  const env = Deno.env.toObject();
  const config = servicesConfig(env);
  const supervision = readSupervision(env);
  await startLogging(readLogLevel(env));
  const log = logOf("origin");
  const stack = new ShutdownStack(log);
  const { urls, namespace, secrets } = config;
  const adapters = openServiceAdapters({ urls, namespace, clock: systemClock, log });
  stack.push("connections", () => adapters.close(DRAIN_TIMES.stepMs / 2));
  const origin = startOrigin({
    ...adapters,
    metricSources: [adapters.connections, startProcessMetrics("origin", systemClock())],
    relay: adapters,
    maxQueuedMessages: config.maxQueuedMessages,
    payment: config.payment,
    secrets,
    clock: systemClock,
    log,
  });
  stack.push("jobs", () => origin.stop());

  const serving = new ServingProcess({
    name: "Origin",
    address: { hostname: config.host, port: config.port, variable: "ORIGIN_PORT" },
    supervision,
    handler(request, info) {
      // Health answers from the first moment; everything else needs the tables to be there.
      const isHealth = /^\/(healthz|readyz|metrics)$/.test(new URL(request.url).pathname);
      return adapters.isPrepared() || isHealth
        ? origin.app.fetch(request, { peer: info.remoteAddr.hostname })
        : problem("unavailable", "This origin is still connecting");
    },
    stack,
    lingerMs: LINGER_MS,
    onDrain: () => origin.drain(),
    log,
    exit: Deno.exit,
  });
  stack.push("server", () => serving.close(), DRAIN_TIMES.serverMs);
  serving.start();
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
