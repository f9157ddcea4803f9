import type { Hono } from "hono";
import { metricsAnswer } from "../../shared/metrics/collect_metrics.ts";
import type { MetricSource } from "../../shared/metrics/metric_family.ts";
import { problem } from "../../shared/problem.ts";
import { json, jsonText } from "../answers.ts";
import { edgeMetrics, type MetricsParts } from "../metrics.ts";

/** Says what keeps the edge from being ready; empty when it is. */
export type MissingParts = () => string[];

/** Liveness, readiness and metrics: this edge's, and what `sources` tell besides. */
export function addHealthRoutes(
  app: Hono,
  missing: MissingParts,
  metrics: MetricsParts,
  sources: readonly MetricSource[] = [],
): void {
  app.get("/healthz", () => jsonText('{"status":"ok"}'));

  app.get("/readyz", () => {
    const what = missing();
    if (what.length === 0) return json({ status: "ready" });
    return problem("unavailable", `Not ready: ${what.join(", ")}`, { missing: what });
  });

  const own: MetricSource = {
    name: "edge",
    read: () => edgeMetrics(metrics, missing().length === 0),
  };
  app.get("/metrics", () => metricsAnswer([own, ...sources]));
}
