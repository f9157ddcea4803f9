import type { CatalogRegistry } from "../buy/sale_registry.ts";
import type { ProductIds } from "../catalog/product_ids.ts";
import type { SqliteDatabase } from "../database/sqlite_database.ts";
import type { ReportList, ReportStore } from "../live/report_store.ts";
import type { OrderQueue } from "../queue/order_queue.ts";
import { ClockWatch } from "../readiness/clock_watch.ts";
import { sqliteProbes } from "../readiness/database_probe.ts";
import type { ReadinessParts } from "../readiness/readiness.ts";
import { ReadinessDesk } from "../readiness/readiness_desk.ts";
import type { RehearsalParts } from "../rehearsal/rehearsal_stage.ts";
import { Rehearsals } from "../rehearsal/rehearsals.ts";

/** What the readiness of a fixture is made of; it has neither edges nor workers of its own. */
export interface FixtureReadiness
  extends Omit<ReadinessParts, "clocks" | "probes" | "registry" | "productIds" | "queue"> {
  db: SqliteDatabase;
  registry: Pick<CatalogRegistry, "current">;
  productIds: ProductIds;
  queue: Pick<OrderQueue, "isUp" | "depth">;
}

/** The list of checks as if one edge and one worker ran, both up to date. */
export function fixtureReadiness(parts: FixtureReadiness): ReadinessDesk {
  const { db, queue } = parts;
  return new ReadinessDesk({
    ...parts,
    queue: {
      isUp: () => queue.isUp(),
      depth: async () => ({ ...await queue.depth(), consumers: 1 }),
    },
    reports: { list: async () => withOthers(await parts.reports.list(), parts) },
    clocks: new ClockWatch(),
    probes: sqliteProbes(db),
  });
}

/** What the rehearsals of a fixture are made of. */
type FixtureRehearsals =
  & Omit<RehearsalParts, "rehearsals" | "relay" | "monotonic">
  & { rehearsalBook: RehearsalParts["rehearsals"]; registry: Pick<CatalogRegistry, "current"> };

/** Rehearsals on the parts of a fixture; a test plays the worker that they wait for. */
export function fixtureRehearsals(parts: FixtureRehearsals): Rehearsals {
  const { rehearsalBook, registry, clock } = parts;
  const sales = registry;
  return new Rehearsals({
    ...parts,
    rehearsals: rehearsalBook,
    sales,
    relay: null,
    monotonic: clock,
  });
}

function withOthers(
  { now, reports }: Awaited<ReturnType<ReportStore["list"]>>,
  { registry, productIds }: FixtureReadiness,
): ReportList {
  const known = productIds.current();
  const common = {
    seq: 1,
    sentAt: now,
    startedAt: now,
    ready: true,
    salesVersion: registry.current().version,
    sales: [],
  };
  const products = { version: known?.version ?? "", count: 0 };
  return {
    now,
    reports: [
      ...reports,
      { takenAt: now, report: { ...common, processId: "edge-1", kind: "edge", products } },
      { takenAt: now, report: { ...common, processId: "worker-1", kind: "worker" } },
    ],
  };
}
