import type { Hono } from "hono";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import type { MetricSource } from "../shared/metrics/metric_family.ts";
import { repeat, type Repeating } from "../shared/repeat.ts";
import type { AdminParts } from "./admin/admin_parts.ts";
import { createOriginApp } from "./app.ts";
import { Backlog, BACKLOG_INTERVAL_MS } from "./buy/backlog.ts";
import { BARRED_INTERVAL_MS, BarredBuyers } from "./buy/barred_buyers.ts";
import { BatchBuyDesk, type Restrict } from "./buy/buy_desk.ts";
import { relayOutbox, type RelayParts } from "./buy/relay_outbox.ts";
import { ROUTES_INTERVAL_MS, RouteWatch } from "./buy/route_watch.ts";
import { CatalogRegistry } from "./buy/sale_registry.ts";
import type { ProductCache } from "./catalog/product_cache.ts";
import { ProductIds } from "./catalog/product_ids.ts";
import type { CleanUpBook } from "./clean_up/clean_up_book.ts";
import { KeptAnswers } from "./clean_up/kept_answers.ts";
import type { OriginSecrets } from "./config.ts";
import { HoldCounts } from "./customers/hold_counts.ts";
import { HOLDS_INTERVAL_MS, LISTS_INTERVAL_MS, ListsInForce } from "./customers/lists_in_force.ts";
import type { HealthCheck } from "./internal/health_routes.ts";
import type { DecidingLedger } from "./ledger/stock_ledger.ts";
import { LiveDesk } from "./live/live_desk.ts";
import { originReports } from "./live/origin_report.ts";
import { startReporting } from "./live/process_reporter.ts";
import type { ReportStore } from "./live/report_store.ts";
import type { MediaBook } from "./media/media_book.ts";
import { MediaDesk } from "./media/media_desk.ts";
import { resizeInThread } from "./media/resize_picture.ts";
import type { OperatorBook } from "./operators/operator_book.ts";
import { openOperators, OPERATOR_SWEEP_MS } from "./operators/operators.ts";
import type { UnpaidBook } from "./orders/unpaid_book.ts";
import { measureOrigin } from "./metrics/measure_origin.ts";
import { openGateway, type PaymentSettings } from "./payments/gateways.ts";
import type { PaymentBook } from "./payments/payment_book.ts";
import { openProving, stopProving } from "./proof/open_proofs.ts";
import type { PublishingQueue } from "./queue/order_queue.ts";
import { openReadiness } from "./readiness/open_readiness.ts";
import type { StoreProbes } from "./readiness/store_probes.ts";
import { openRehearsals, type RehearsingParts } from "./rehearsal/open_rehearsals.ts";
import { restoreStock, type RestoringParts } from "./worker/restore_stock.ts";

/** How often an origin asks the database whether the sales have changed. */
const REGISTRY_INTERVAL_MS = 250;

/** How often an origin looks for messages that were not handed over. */
const RELAY_INTERVAL_MS = 1_000;

/** How long the relay waits for confirms: nobody waits for it. */
const RELAY_PUBLISH_TIMEOUT_MS = 5_000;

/** Workers restore stock all the time; an origin does it after its own cancels, and seldom else. */
const RESTORE_INTERVAL_MS = 30_000;

/** What an origin runs on: the three ports of either profile. */
export interface OriginParts {
  catalog: AdminParts["catalog"];
  book: AdminParts["book"] & RestoringParts["book"];
  messages: AdminParts["messages"];
  audit: AdminParts["audit"];
  proofs: AdminParts["proofs"];
  cleanUpBook: CleanUpBook;
  operatorBook: OperatorBook;
  unpaid: UnpaidBook;
  customers: AdminParts["customers"];
  feed: AdminParts["feed"];
  webhook: AdminParts["webhook"];
  mediaBook: MediaBook;
  /** What origins share of products that are in no sale; null where there is one origin only. */
  productCache: ProductCache | null;
  payments: PaymentBook;
  payment: PaymentSettings;
  ledger:
    & AdminParts["ledger"]
    & DecidingLedger
    & RestoringParts["ledger"]
    & RehearsingParts["ledger"];
  queue: AdminParts["queue"] & PublishingQueue & RehearsingParts["queue"];
  rehearsalBook: RehearsingParts["rehearsalBook"];
  /** Looks at the servers behind the ports. */
  probes: StoreProbes;
  reports: ReportStore;
  /** The relay's parts, or null where the ledger's commit is the hand-over. */
  relay: Pick<RelayParts, "ledger" | "queue" | "book"> | null;
  /** Messages that may wait in the queue before new buys hear `busy`. */
  maxQueuedMessages: number;
  secrets: OriginSecrets;
  health: HealthCheck[];
  /** What `/metrics` tells besides. */
  metricSources?: readonly MetricSource[];
  clock: Clock;
  log: Log;
}

/** A running origin. */
export interface StartedOrigin {
  app: Hono;
  /** What its `/metrics` tells, for an edge in the same process. */
  metricSources: MetricSource[];
  /** Ends what would hold up a stop: the streams of the live view. */
  drain(): void;
  stop(): Promise<void>;
}

/**
 * Puts an origin together and starts its jobs: following the sales, watching the backlog, relaying
 * the outbox.
 */
export function startOrigin(parts: OriginParts): StartedOrigin {
  const { catalog, queue, clock, log } = parts;
  const registry = new CatalogRegistry(catalog, clock);
  const backlog = new Backlog({ queue, maxQueuedMessages: parts.maxQueuedMessages, log });
  const barred = new BarredBuyers({ unpaid: parts.unpaid, registry, clock, log });
  const restrict: Restrict = (saleId, userId) =>
    barred.restriction(saleId, userId) ?? backlog.restriction();
  const productIds = new ProductIds(catalog);
  const holds = new HoldCounts({ unpaid: parts.unpaid, registry, clock });
  const lists = new ListsInForce({ customers: parts.customers, holds, clock });
  const routes = new RouteWatch(queue, clock);
  const sources = parts.metricSources ?? [];
  const handsOver = parts.relay === null;
  const measured = measureOrigin({ ...parts, registry, backlog, routes, handsOver, sources });
  const { metrics, sources: metricSources } = measured;
  const deciding = { ledger: measured.ledger, queue: measured.queue };
  const deciders = new BatchBuyDesk({ ...deciding, registry, restrict, clock, log });
  const desk = measured.desk(new KeptAnswers(deciders, { ...parts, registry }));
  const alarmed = new Set<string>();
  const restoring = repeat("restoring stock", RESTORE_INTERVAL_MS, log, async () => {
    await restoreStock({ ...parts, alarmed, closesLost: false });
  });
  const { adminToken } = parts.secrets;
  const newId = () => crypto.randomUUID();
  const operators = openOperators({ ...parts, adminToken, newId });
  const live = new LiveDesk({ ...parts, registry });
  const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const proving = openProving({ ...parts, delay });
  const gateway = openGateway(parts.payment);
  const restoreSoon = () => restoring.wake();
  const { readiness, jobs: readying } = openReadiness({
    ...parts,
    registry,
    productIds,
    gateway,
    delay,
  });
  const busy = () => backlog.restriction();
  const rehearsing = openRehearsals({
    ...parts,
    routes,
    registry,
    restrict: busy,
    restoreSoon,
    delay,
  });
  const app = createOriginApp({
    ...parts,
    live,
    ...proving,
    metrics,
    metricSources,
    gateway,
    readiness,
    rehearsals: rehearsing.rehearsals,
    operators,
    operatorSessions: operators.sessions,
    restoreSoon,
    media: new MediaDesk({ book: parts.mediaBook, resize: resizeInThread }),
    registry,
    lists,
    productIds,
    desk,
    backlog,
    delay,
    newId,
  });
  const reporting = { ...parts, registry, productIds, processId: crypto.randomUUID() };
  const jobs: Repeating[] = [
    restoring,
    ...readying,
    rehearsing.job,
    startReporting(parts.reports, originReports(reporting), log),
    repeat("following the sales", REGISTRY_INTERVAL_MS, log, async () => {
      await registry.refresh();
      await productIds.refresh(registry.current().version);
    }),
    repeat("watching the backlog", BACKLOG_INTERVAL_MS, log, () => backlog.refresh()),
    repeat("following barred buyers", BARRED_INTERVAL_MS, log, () => barred.refresh()),
    repeat("following the lists", LISTS_INTERVAL_MS, log, () => lists.refresh()),
    repeat("sweeping sessions", OPERATOR_SWEEP_MS, log, () => operators.sweep()),
    repeat("following expired holds", HOLDS_INTERVAL_MS, log, () => lists.refreshHolds()),
  ];
  if (parts.relay) {
    const publishTimeoutMs = RELAY_PUBLISH_TIMEOUT_MS;
    const queue = measured.relayQueue;
    const relay = { ...parts.relay, queue, registry, log, publishTimeoutMs };
    jobs.push(repeat("relaying the outbox", RELAY_INTERVAL_MS, log, () => relayOutbox(relay)));
    const closeLost = () => routes.closeLost(parts.book, log);
    jobs.push(repeat("watching the routes", ROUTES_INTERVAL_MS, log, closeLost));
  }
  return {
    app,
    metricSources: [metrics, ...metricSources],
    drain: () => live.drain(),
    async stop() {
      await Promise.all([
        live.stop(),
        stopProving(proving),
        rehearsing.rehearsals.stop(),
        ...jobs.map((job) => job.stop()),
      ]);
    },
  };
}
