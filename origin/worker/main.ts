import { systemClock } from "../../shared/clock.ts";
import { exitWithReason } from "../../shared/env.ts";
import { logOf, startLogging } from "../../shared/log.ts";
import { DRAIN_TIMES, readSupervision, ServingProcess } from "../../shared/serving_process.ts";
import { ShutdownStack } from "../../shared/shutdown.ts";
import { resolveWorkerConfig } from "../config.ts";
import { healthRoutes } from "../internal/health_routes.ts";
import { openGateway } from "../payments/gateways.ts";
import { openServiceAdapters } from "../service_adapters.ts";
import { startWorker, type Worker } from "./worker.ts";

/** What is in hand gets this long to finish; then the next worker gets it. */
const FINISH_MS = DRAIN_TIMES.stepMs - 1_000;

/** A worker that does nothing any more need not wait long for the next one. */
const LEAVE_WITHIN_MS = 5_000;

/** Runs a worker as this process, until a signal ends it. @throws {ConfigurationError} */
export async function main(): Promise<void> {
  const env = Deno.env.toObject();
  const config = resolveWorkerConfig(env);
  await startLogging("info");
  const log = logOf("worker");
  const stack = new ShutdownStack(log);
  const adapters = openServiceAdapters({ ...config, clock: systemClock, log });
  stack.push("connections", () => adapters.close(DRAIN_TIMES.stepMs / 2));

  let worker: Worker | null = null;
  const health = healthRoutes([
    ...adapters.health,
    { name: "worker", isReady: () => worker !== null },
  ]);
  const serving = new ServingProcess({
    name: "Worker",
    address: { hostname: config.host, port: config.port, variable: "WORKER_PORT" },
    supervision: readSupervision(env),
    handler: (request) => health.fetch(request),
    stack,
    // Nobody sends work to a worker: it takes it.
    lingerMs: 0,
    log,
    exit: Deno.exit,
  });
  stack.push("server", () => serving.close(), DRAIN_TIMES.serverMs);
  serving.start();

  await adapters.prepared;
  if (!adapters.isPrepared()) return;
  const gateway = openGateway(config.payment);
  const started = worker = await startWorker({ ...adapters, gateway, clock: systemClock, log });
  stack.push("jobs", () => started.stop(FINISH_MS));
  started.failed.catch((error: unknown) => {
    worker = null;
    log.error("The worker's consumer ended: {error}", { error: String(error) });
    serving.wish.ask(`consumer ended: ${String(error)}`, LEAVE_WITHIN_MS);
    // What took part in that failure does nothing more; the next worker does it all.
    void started.stop(FINISH_MS).catch(() => {});
  });
}

if (import.meta.main) await main().catch((error) => exitWithReason(error, Deno.exit));
