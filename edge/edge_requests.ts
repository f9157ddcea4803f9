import type { MiddlewareHandler } from "hono";
import { Counter } from "../shared/metrics/counter.ts";
import { family, type MetricFamily } from "../shared/metrics/metric_family.ts";

/** Requests to the API other than buys, which are counted by outcome, and what failed unforeseen. */
export class EdgeRequests {
  /** Requests of any kind that failed in a way that nobody foresaw. */
  failed = 0;
  readonly #byStatus = new Counter(
    "dropgate_edge_api_requests_total",
    "Requests to the API other than buys, by class of status.",
    "status",
    ["2xx", "4xx", "5xx"],
  );

  /** Counts every request that passes it. */
  middleware(): MiddlewareHandler {
    const byStatus = this.#byStatus;
    return async function countRequest(c, next) {
      await next();
      byStatus.add(`${Math.floor(c.res.status / 100)}xx`);
    };
  }

  families(): MetricFamily[] {
    return [
      this.#byStatus.family(),
      family(
        "counter",
        "dropgate_edge_failed_requests_total",
        "Requests that met an unexpected error.",
        this.failed,
      ),
    ];
  }
}
