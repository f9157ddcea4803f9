import type { Hono } from "hono";
import { problem } from "../../shared/problem.ts";
import { json, jsonText } from "../answers.ts";
import { type MetricsParts, metricsText } from "../metrics.ts";

/** Says what keeps the edge from being ready; empty when it is. */
export type MissingParts = () => string[];

/** Liveness, readiness and metrics. */
export function addHealthRoutes(app: Hono, missing: MissingParts, metrics: MetricsParts): void {
  app.get("/healthz", () => jsonText('{"status":"ok"}'));

  app.get("/readyz", () => {
    const what = missing();
    if (what.length === 0) return json({ status: "ready" });
    return problem("unavailable", `Not ready: ${what.join(", ")}`, { missing: what });
  });

  app.get("/metrics", (c) => {
    c.header("cache-control", "no-store");
    c.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
    return c.body(metricsText(metrics));
  });
}
