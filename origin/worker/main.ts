import { systemClock } from "../../shared/clock.ts";
import { exitWithReason } from "../../shared/env.ts";
import { listen } from "../../shared/listen.ts";
import { logOf, startLogging } from "../../shared/log.ts";
import { ShutdownStack } from "../../shared/shutdown.ts";
import { stopOnSignals } from "../../shared/stop_on_signals.ts";
import { resolveWorkerConfig } from "../config.ts";
import { healthRoutes } from "../internal/health_routes.ts";
import { openServiceAdapters } from "../service_adapters.ts";
import { startWorker, type Worker } from "./worker.ts";

/** What is in hand gets this long to finish; then the process ends all the same. */
const DRAIN_TIMEOUT_MS = 10_000;

async function main(): Promise<void> {
  const config = resolveWorkerConfig(Deno.env.toObject());
  await startLogging("info");
  const log = logOf("worker");
  const stack = new ShutdownStack(log);
  const adapters = openServiceAdapters({ ...config, clock: systemClock, log });
  stack.push("connections", () => adapters.close(DRAIN_TIMEOUT_MS / 2));

  let worker: Worker | null = null;
  const health = healthRoutes([
    ...adapters.health,
    { name: "worker", isReady: () => worker !== null },
  ]);
  const server = listen(
    { hostname: config.host, port: config.port, variable: "WORKER_PORT" },
    (request) => health.fetch(request),
  );
  stack.push("server", () => server.shutdown());
  const stop = stopOnSignals({
    drain: () => stack.run(DRAIN_TIMEOUT_MS),
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    exit: Deno.exit,
  });
  const { hostname, port } = server.addr;
  log.info("Worker listens on http://{hostname}:{port}", { hostname, port });

  await adapters.prepared;
  if (!adapters.isPrepared()) return;
  const started = worker = await startWorker({ ...adapters, clock: systemClock, log });
  stack.push("jobs", () => started.stop(DRAIN_TIMEOUT_MS / 2));
  started.failed.catch((error: unknown) => {
    log.fatal("The worker ended and asks to be replaced: {error}", { error: String(error) });
    stop(1);
  });
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
