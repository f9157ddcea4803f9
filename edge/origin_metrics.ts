import { family, familyBy, type MetricFamily } from "../shared/metrics/metric_family.ts";
import type { OriginHealth } from "./origin_health.ts";
import type { OriginPool } from "./origin_pool.ts";

interface OriginMetric {
  type: "counter" | "gauge";
  name: string;
  help: string;
  value: (one: OriginHealth) => number;
}

/** What is told of each origin; there are at most 64, named by their URLs. */
const METRICS: OriginMetric[] = [
  {
    type: "gauge",
    name: "origin_healthy",
    help: "Whether an origin may be called.",
    value: (one) => Number(one.healthy),
  },
  {
    type: "gauge",
    name: "origin_ready",
    help: "Whether an origin last said that it is ready.",
    value: (one) => Number(one.ready && !one.leaving),
  },
  {
    type: "gauge",
    name: "origin_in_flight",
    help: "Calls at an origin.",
    value: (one) => one.inFlight,
  },
  {
    type: "counter",
    name: "origin_calls_total",
    help: "Calls sent to an origin.",
    value: (one) => one.counts.calls,
  },
  {
    type: "counter",
    name: "origin_failures_total",
    help: "Calls that an origin did not answer as it should.",
    value: (one) => one.counts.failures,
  },
  {
    type: "counter",
    name: "origin_ejections_total",
    help: "How often an origin was taken out.",
    value: (one) => one.counts.ejections,
  },
  {
    type: "counter",
    name: "origin_retries_total",
    help: "Second tries that went to an origin.",
    value: (one) => one.counts.retries,
  },
];

/** How the origins are doing, as this edge sees them. */
export function originMetrics({ origins, retryCounts }: OriginPool): MetricFamily[] {
  const ofEach = METRICS.map(({ type, name, help, value }) =>
    familyBy(
      type,
      `dropgate_edge_${name}`,
      help,
      "origin",
      origins.map((one): [string, number] => [one.origin.url, value(one)]),
    )
  );
  const refused = family(
    "counter",
    "dropgate_edge_retries_refused_total",
    "Second tries that were not made because there had been too many.",
    retryCounts.refused,
  );
  return [...ofEach, refused];
}
