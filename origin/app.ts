import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { answerFailure } from "../shared/failed_request.ts";
import { identifyRequests } from "../shared/identify_requests.ts";
import { metricsAnswer } from "../shared/metrics/collect_metrics.ts";
import type { MetricSource } from "../shared/metrics/metric_family.ts";
import { problem } from "../shared/problem.ts";
import { currentRequestId } from "../shared/request_context.ts";
import { RequestIds } from "../shared/request_id.ts";
import type { AdminParts } from "./admin/admin_parts.ts";
import { adminRoutes } from "./admin/admin_routes.ts";
import { backOffice } from "./backoffice/back_office.tsx";
import type { BuyDesk } from "./buy/buy_desk.ts";
import type { ListsInForce } from "./customers/lists_in_force.ts";
import type { ProductCache } from "./catalog/product_cache.ts";
import { ProductDesk } from "./catalog/product_desk.ts";
import type { ProductIds } from "./catalog/product_ids.ts";
import { DatabaseError, type DatabaseFault } from "./database/database.ts";
import { type HealthCheck, healthRoutes } from "./internal/health_routes.ts";
import { internalRoutes } from "./internal/internal_routes.ts";
import { paymentRoutes } from "./internal/payment_routes.ts";
import { sandboxRoutes } from "./internal/sandbox_routes.ts";
import { LiveStock } from "./internal/live_stock.ts";
import { OriginMetrics } from "./metrics/origin_metrics.ts";
import { refuseOtherMethods } from "./internal/other_methods.ts";
import { SnapshotDesk } from "./internal/sale_snapshot.ts";
import { SoldOutTimes } from "./internal/sold_out_times.ts";
import { reportRoutes } from "./live/report_routes.ts";
import { addPictures } from "./media/picture_routes.ts";
import type { MediaBook } from "./media/media_book.ts";
import { BookOrderStatus } from "./orders/order_status.ts";
import { receiptKey } from "./orders/receipt.ts";
import type { UnpaidBook } from "./orders/unpaid_book.ts";
import { CancelDesk } from "./payments/cancel_desk.ts";
import type { PaymentSettings } from "./payments/gateways.ts";
import { PaymentDesk } from "./payments/payment_desk.ts";
import type { PaymentGateway } from "./payments/payment_gateway.ts";
import { SandboxDesk } from "./payments/sandbox_desk.ts";
import type { OriginSecrets } from "./config.ts";

/** Everything an origin's HTTP side works with; `main.ts` puts it together. */
export interface OriginDeps extends Omit<AdminParts, "orders" | "cancels"> {
  desk: BuyDesk;
  unpaid: UnpaidBook;
  payment: PaymentSettings;
  gateway: PaymentGateway;
  lists: Pick<ListsInForce, "current" | "since" | "refresh">;
  productIds: Pick<ProductIds, "current">;
  productCache: ProductCache | null;
  mediaBook: Pick<MediaBook, "get">;
  /** Has the ledger told of returned stock at once, instead of at the next round. */
  restoreSoon(): void;
  secrets: OriginSecrets;
  /** What must be there before this origin may be used, beside the sales being read. */
  health: HealthCheck[];
  /** What it counts of its own work; its own when left out. */
  metrics?: OriginMetrics;
  /** What `/metrics` tells besides. */
  metricSources?: readonly MetricSource[];
}

/**
 * An origin as one `fetch` function: the internal API for edges below `/internal`, the admin API
 * below `/admin/api`, health at the root.
 */
export function createOriginApp(deps: OriginDeps): Hono {
  const app = new Hono();
  const admin = adminParts(deps);
  const { metrics = new OriginMetrics(), metricSources = [] } = deps;
  const ids = new RequestIds();
  app.use("/internal/*", identifyRequests(ids, { takesBatches: true }));
  // Pages that call the API below are one request with it, and the times of both are told apart.
  app.use("/admin/*", identifyRequests(ids), metrics.admin.middleware());
  app.route("/", healthRoutes([salesAreRead(deps), listsAreRead(deps), ...deps.health]));
  app.route("/internal", internalApi(deps));
  app.route("/admin/api", adminRoutes(admin, deps.secrets.adminToken));
  app.route("/admin", pagesOf(app, deps, admin));
  addPictures(app, deps);
  app.get("/metrics", () => metricsAnswer([metrics, ...metricSources]));
  refuseOtherMethods(app);
  app.notFound(() => problem("not_found"));
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.status < 500) {
      return problem("invalid", error.message);
    }
    metrics.failedRequests += 1;
    const answer = isPassing(error)
      ? problem("unavailable", "The order book is away")
      : problem("internal");
    return answerFailure(deps.log, ids, error, c, answer);
  });
  return app;
}

/** What operators work with: where tickets stand, as buyers hear it, and cancelling for them. */
function adminParts(deps: OriginDeps): AdminParts {
  const orders = new BookOrderStatus({
    ...deps,
    receiptKey: receiptKey(deps.secrets.receiptKey),
  });
  return { ...deps, orders, cancels: new CancelDesk({ ...deps, orders }) };
}

/** The back office: pages that call the admin API in this process. */
function pagesOf(app: Hono, deps: OriginDeps, admin: AdminParts) {
  return backOffice({
    admin,
    sessions: deps.operatorSessions,
    apiDocument: async () => await (await app.request("/admin/api/openapi.json")).json(),
    callApi: (principal, peer) => (request) =>
      app.fetch(request, { principal, peer, requestId: currentRequestId() }),
    clock: deps.clock,
    log: deps.log,
  });
}

function internalApi(deps: OriginDeps): Hono {
  const { registry } = deps;
  const liveStock = new LiveStock(deps);
  const orders = new BookOrderStatus({
    ...deps,
    receiptKey: receiptKey(deps.secrets.receiptKey),
  });
  return internalRoutes({
    desk: deps.desk,
    orders,
    paying: payingRoutes(deps, orders),
    mediaBook: deps.mediaBook,
    snapshots: new SnapshotDesk({
      ...deps,
      liveStock,
      soldOut: new SoldOutTimes(deps),
    }),
    products: new ProductDesk({
      ...deps,
      cache: deps.productCache,
      version: () => registry.current().version,
    }),
    edgeKey: deps.secrets.edgeKey,
  });
}

function payingRoutes(deps: OriginDeps, orders: BookOrderStatus): Hono[] {
  const payments = new PaymentDesk({ ...deps, orders });
  const routes = [
    paymentRoutes({ payments, cancels: new CancelDesk({ ...deps, orders }) }),
    reportRoutes(deps.reports),
  ];
  if (deps.payment.gateway === "sandbox") {
    routes.push(sandboxRoutes(new SandboxDesk({ ...deps, ...deps.payment, payments, orders })));
  }
  return routes;
}

function salesAreRead({ registry }: OriginDeps): HealthCheck {
  return { name: "sales", isReady: () => registry.current().loadedAt > 0 };
}

function listsAreRead({ lists }: OriginDeps): HealthCheck {
  return { name: "lists", isReady: () => lists.current() !== null };
}

const PASSING_FAULTS: DatabaseFault[] = ["unavailable", "deadlock", "lock_timeout"];

/** A fault that the caller may well not meet again in a moment. */
function isPassing(error: Error): boolean {
  return error instanceof DatabaseError && PASSING_FAULTS.includes(error.fault);
}
