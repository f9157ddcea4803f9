import { systemClock } from "../shared/clock.ts";
import { ConfigurationError, exitWithReason } from "../shared/env.ts";
import { listen } from "../shared/listen.ts";
import { logOf, startLogging } from "../shared/log.ts";
import { problem } from "../shared/problem.ts";
import { ShutdownStack } from "../shared/shutdown.ts";
import { stopOnSignals } from "../shared/stop_on_signals.ts";
import { type OriginConfig, resolveOriginConfig } from "./config.ts";
import { openServiceAdapters } from "./service_adapters.ts";
import { startOrigin } from "./start_origin.ts";

/** Requests under way get this long to finish; then the process ends all the same. */
const DRAIN_TIMEOUT_MS = 10_000;

function servicesConfig(): Extract<OriginConfig, { profile: "services" }> {
  const config = resolveOriginConfig(Deno.env.toObject());
  if (config.profile === "services") return config;
  throw new ConfigurationError(
    "Cannot start an origin of its own as it needs REDIS_URL, AMQP_URL and MYSQL_URL: " +
      "current value is missing (`deno task start` runs everything in one process without them)",
  );
}

async function main(): Promise<void> {
  const config = servicesConfig();
  await startLogging("info");
  const log = logOf("origin");
  const stack = new ShutdownStack(log);
  const { urls, namespace, secrets } = config;
  const adapters = openServiceAdapters({ urls, namespace, clock: systemClock, log });
  stack.push("connections", () => adapters.close(DRAIN_TIMEOUT_MS / 2));
  const origin = startOrigin({
    ...adapters,
    relay: adapters,
    secrets,
    clock: systemClock,
    log,
  });
  stack.push("jobs", () => origin.stop());

  const server = listen(
    { hostname: config.host, port: config.port, variable: "ORIGIN_PORT" },
    (request) => {
      // Health answers from the first moment; everything else needs the tables to be there.
      const isHealth = /\/(healthz|readyz)$/.test(new URL(request.url).pathname);
      return adapters.isPrepared() || isHealth
        ? origin.app.fetch(request)
        : problem("unavailable", "This origin is still connecting");
    },
  );
  stack.push("server", () => server.shutdown());
  stopOnSignals({
    drain: () => stack.run(DRAIN_TIMEOUT_MS),
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    exit: Deno.exit,
  });
  const { hostname, port } = server.addr;
  log.info("Origin listens on http://{hostname}:{port}", { hostname, port });
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
