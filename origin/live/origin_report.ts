import type { Clock } from "../../shared/clock.ts";
import type { ProcessReport } from "../../shared/process_report.ts";
import type { SaleRegistry } from "../buy/sale_registry.ts";
import type { ProductIds } from "../catalog/product_ids.ts";
import type { HealthCheck } from "../internal/health_routes.ts";

/** What an origin tells of itself is made of. */
export interface OriginReportParts {
  processId: string;
  registry: Pick<SaleRegistry, "current">;
  productIds: Pick<ProductIds, "current">;
  health: HealthCheck[];
  clock: Clock;
}

/** Makes the reports of an origin: whether it is ready, what version of the sales and products it has. */
export function originReports(parts: OriginReportParts): () => Promise<ProcessReport> {
  const { processId, registry, productIds, health, clock } = parts;
  const startedAt = clock();
  let seq = 0;
  return async function report() {
    const { version, loadedAt } = registry.current();
    const filter = productIds.current()?.version;
    const checks = await Promise.all(health.map(async ({ isReady }) => {
      try {
        return await isReady();
      } catch {
        return false;
      }
    }));
    seq += 1;
    return {
      processId,
      seq,
      kind: "origin",
      sentAt: clock(),
      startedAt,
      ready: loadedAt > 0 && checks.every((ok) => ok),
      salesVersion: version,
      sales: [],
      ...(filter === undefined
        ? {}
        : { products: { version: filter, count: Number.parseInt(filter, 10) || 0 } }),
    };
  };
}
