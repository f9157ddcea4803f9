import { systemClock } from "../../shared/clock.ts";
import { exitWithReason } from "../../shared/env.ts";
import { logOf, readLogLevel, startLogging } from "../../shared/log.ts";
import { startProcessMetrics } from "../../shared/metrics/process_metrics.ts";
import { DRAIN_TIMES, readSupervision, ServingProcess } from "../../shared/serving_process.ts";
import { ShutdownStack } from "../../shared/shutdown.ts";
import { resolveWorkerConfig } from "../config.ts";
import { WorkerMetrics } from "../metrics/worker_metrics.ts";
import { startReporting } from "../live/process_reporter.ts";
import { openGateway } from "../payments/gateways.ts";
import { openServiceAdapters } from "../service_adapters.ts";
import { startWorker, type Worker } from "./worker.ts";
import { createWorkerApp } from "./worker_app.ts";

/** What is in hand gets this long to finish; then the next worker gets it. */
const FINISH_MS = DRAIN_TIMES.stepMs - 1_000;

/** A worker that does nothing any more need not wait long for the next one. */
const LEAVE_WITHIN_MS = 5_000;

/** Runs a worker as this process, until a signal ends it. @throws {ConfigurationError} */
export async function main(): Promise<void> {
  const env = Deno.env.toObject();
  const config = resolveWorkerConfig(env);
  await startLogging(readLogLevel(env));
  const log = logOf("worker");
  const stack = new ShutdownStack(log);
  const adapters = openServiceAdapters({ ...config, clock: systemClock, log });
  stack.push("connections", () => adapters.close(DRAIN_TIMES.stepMs / 2));

  let worker: Worker | null = null;
  const metrics = new WorkerMetrics(systemClock);
  const ownMetrics = startProcessMetrics("worker", systemClock());
  const app = createWorkerApp({
    health: [...adapters.health, { name: "worker", isReady: () => worker !== null }],
    metricSources: [metrics, adapters.connections, ownMetrics],
    log,
  });
  const serving = new ServingProcess({
    name: "Worker",
    address: { hostname: config.host, port: config.port, variable: "WORKER_PORT" },
    supervision: readSupervision(env),
    handler: (request) => app.fetch(request),
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
  const { shopWebhook } = config;
  const parts = { ...adapters, shopWebhook, gateway, metrics, clock: systemClock, log };
  const started = worker = await startWorker(parts);
  const reporting = startReporting(adapters.reports, () => started.report(), log);
  stack.push("reports", () => reporting.stop());
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
