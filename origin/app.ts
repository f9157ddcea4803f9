import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { problem } from "../shared/problem.ts";
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
import { refuseOtherMethods } from "./internal/other_methods.ts";
import { SnapshotDesk } from "./internal/sale_snapshot.ts";
import { SoldOutTimes } from "./internal/sold_out_times.ts";
import type { OperatorSessions } from "./operators/principal.ts";
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
export interface OriginDeps extends AdminParts {
  desk: BuyDesk;
  unpaid: UnpaidBook;
  payment: PaymentSettings;
  gateway: PaymentGateway;
  lists: Pick<ListsInForce, "current" | "since" | "refresh">;
  productIds: Pick<ProductIds, "current">;
  productCache: ProductCache | null;
  operatorSessions: OperatorSessions;
  /** Has the ledger told of returned stock at once, instead of at the next round. */
  restoreSoon(): void;
  secrets: OriginSecrets;
  /** What must be there before this origin may be used, beside the sales being read. */
  health: HealthCheck[];
}

/**
 * An origin as one `fetch` function: the internal API for edges below `/internal`, the admin API
 * below `/admin/api`, health at the root.
 */
export function createOriginApp(deps: OriginDeps): Hono {
  const app = new Hono();
  app.route("/", healthRoutes([salesAreRead(deps), listsAreRead(deps), ...deps.health]));
  app.route("/internal", internalApi(deps));
  app.route("/admin/api", adminRoutes(deps, deps.secrets.adminToken));
  app.route("/admin", pagesOf(app, deps));
  refuseOtherMethods(app);
  app.notFound(() => problem("not_found"));
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.status < 500) {
      return problem("invalid", error.message);
    }
    const { method, path } = c.req;
    deps.log.error("{method} {path} failed: {error}", {
      method,
      path,
      error: error.stack ?? String(error),
    });
    return isPassing(error)
      ? problem("unavailable", "The order book is away")
      : problem("internal");
  });
  return app;
}

/** The back office: pages that call the admin API in this process. */
function pagesOf(app: Hono, deps: OriginDeps) {
  return backOffice({
    admin: deps,
    sessions: deps.operatorSessions,
    callApi: (principal) => (request) => app.fetch(request, { principal }),
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
  const routes = [paymentRoutes({ payments, cancels: new CancelDesk({ ...deps, orders }) })];
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
