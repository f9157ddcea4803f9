import { Hono } from "hono";
import { answerFailure } from "../../shared/failed_request.ts";
import type { Log } from "../../shared/log.ts";
import { metricsAnswer } from "../../shared/metrics/collect_metrics.ts";
import type { MetricSource } from "../../shared/metrics/metric_family.ts";
import { problem } from "../../shared/problem.ts";
import { RequestIds } from "../../shared/request_id.ts";
import { type HealthCheck, healthRoutes } from "../internal/health_routes.ts";

/** What a worker's HTTP side works with. */
export interface WorkerAppParts {
  health: HealthCheck[];
  metricSources: readonly MetricSource[];
  log: Pick<Log, "error">;
}

/** What a worker tells over HTTP: its health and its figures, nothing else. */
export function createWorkerApp({ health, metricSources, log }: WorkerAppParts): Hono {
  const app = new Hono();
  const ids = new RequestIds();
  app.route("/", healthRoutes(health));
  app.get("/metrics", () => metricsAnswer(metricSources));
  app.notFound(() => problem("not_found"));
  app.onError((error, c) => answerFailure(log, ids, error, c, problem("internal")));
  return app;
}
