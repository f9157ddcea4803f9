import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { Histogram } from "../../shared/metrics/histogram.ts";
import type { MetricFamily } from "../../shared/metrics/metric_family.ts";

/** Seconds; operators' pages are felt from a tenth of a second on. */
const BOUNDS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Routes that are told apart; there are fewer. */
const MAX_ROUTES = 150;

const NAME = "dropgate_admin_request_duration_seconds";
const HELP = "Requests of operators, by the pattern of their route.";

/** Requests of operators: how many, how long and how they ended, by route. */
export class AdminRequests {
  readonly #byRoute = new Map<string, { method: string; route: string; times: Histogram }>();
  readonly #byStatus = new Map<string, number>();

  /** Counts every request; `now` measures intervals, ms. */
  middleware(now: () => number = () => performance.now()): MiddlewareHandler {
    const count = this.#count.bind(this);
    return async function countAdminRequest(c, next) {
      const startedAt = now();
      await next();
      // The last that matched is the handler; those before it are middleware.
      const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith("*"))?.path ?? "other";
      count(c.req.method, route, c.res.status, (now() - startedAt) / 1_000);
    };
  }

  families(): MetricFamily[] {
    const samples = [...this.#byRoute.values()].flatMap(({ method, route, times }) =>
      times.samples({ method, route })
    );
    return [
      { name: NAME, type: "histogram", help: HELP, samples },
      {
        name: "dropgate_admin_requests_total",
        type: "counter",
        help: "Requests of operators, by class of status.",
        samples: [...this.#byStatus].map(([status, value]) => ({ labels: { status }, value })),
      },
    ];
  }

  #count(method: string, route: string, status: number, tookS: number): void {
    const statusClass = `${Math.floor(status / 100)}xx`;
    this.#byStatus.set(statusClass, (this.#byStatus.get(statusClass) ?? 0) + 1);
    this.#timesOf(method, route).observe(tookS);
  }

  #timesOf(method: string, route: string): Histogram {
    const known = this.#byRoute.get(`${method} ${route}`);
    if (known) return known.times;
    if (this.#byRoute.size >= MAX_ROUTES && route !== "other") return this.#timesOf("*", "other");
    const times = new Histogram(NAME, HELP, BOUNDS_S);
    this.#byRoute.set(`${method} ${route}`, { method, route, times });
    return times;
  }
}
