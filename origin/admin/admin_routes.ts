import { OpenAPIHono } from "@hono/zod-openapi";
import { type Env, Hono } from "hono";
import type { ExtractSchema } from "hono/types";
import { API_GROUPS } from "./api_groups.ts";
import { boundAdminBody } from "./admin_body.ts";
import { answerHeaders } from "./answer_headers.ts";
import { problem } from "../../shared/problem.ts";
import { auditChanges } from "../operators/audit_changes.ts";
import { operatorGuard } from "../operators/operator_guard.ts";
import type { OperatorEnv } from "../operators/principal.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { refuseInvalid } from "./admin_refusals.ts";
import { addAccountRoutes } from "./account_routes.ts";
import { addAuditRoutes } from "./audit_routes.ts";
import { addOperatorRoutes } from "./operator_routes.ts";
import { addBlocklistRoutes } from "./blocklist_routes.ts";
import { addLiveRoutes } from "./live_routes.ts";
import { addFeedRoutes } from "./feed_routes.ts";
import { addMediaRoutes } from "./media_routes.ts";
import { addMessageRoutes } from "./message_routes.ts";
import { addOrderDetailRoutes } from "./order_detail_routes.ts";
import { addOrderRoutes } from "./order_routes.ts";
import { addPaymentRoutes } from "./payment_routes.ts";
import { addProductRoutes } from "./product_routes.ts";
import { addCleanUpRoutes } from "./clean_up_routes.ts";
import { addProofKeyRoute, addProofRoutes } from "./proof_routes.ts";
import { addReadinessRoutes } from "./readiness_routes.ts";
import { addRehearsalRoutes } from "./rehearsal_routes.ts";
import { addSaleCourseRoutes } from "./sale_course_routes.ts";
import { addSaleRoutes } from "./sale_routes.ts";
import { addUserRoutes } from "./user_routes.ts";
import { addWebhookRoutes } from "./webhook_routes.ts";

/**
 * What operators may ask, below `/admin/api`. The schemas that check requests also make
 * `openapi.json`, the one address that asks for no token: it says nothing that is secret.
 */
export function adminRoutes(parts: AdminParts, adminToken: string): AdminApp {
  const app = new OpenAPIHono<OperatorEnv>({ defaultHook: refuseInvalid });
  app.use("*", answerHeaders);
  app.openAPIRegistry.registerComponent("securitySchemes", "adminToken", {
    type: "http",
    scheme: "bearer",
    description: "ADMIN_TOKEN",
  });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "Dropgate for operators", version: "1" },
    servers: [{ url: "/admin/api" }],
    security: [{ adminToken: [] }],
    tags: API_GROUPS,
  });
  addProofKeyRoute(app, parts);
  app.use("*", operatorGuard(adminToken, parts));
  app.use("*", boundAdminBody);
  let reader: Hono | null = null;
  app.use(
    "*",
    auditChanges(parts, async (path, principal) => {
      // Made when all routes are there; what it cannot read fails as it would anywhere else.
      reader ??= new Hono().route("/", app).onError(() => problem("unavailable"));
      return await reader.fetch(new Request(`http://admin.invalid${path}`), { principal });
    }),
  );
  for (const add of ADMIN_ROUTES) add(app, parts);
  return app;
}

/** Every group of routes. Each returns the app with its routes in the type, for the client. */
const ADMIN_ROUTES = [
  addProductRoutes,
  addSaleRoutes,
  addSaleCourseRoutes,
  addReadinessRoutes,
  addRehearsalRoutes,
  addProofRoutes,
  addCleanUpRoutes,
  addOrderRoutes,
  // Before the routes of one order, which would take "feed" for a ticket.
  addFeedRoutes,
  addOrderDetailRoutes,
  addPaymentRoutes,
  addMessageRoutes,
  addBlocklistRoutes,
  addUserRoutes,
  addOperatorRoutes,
  addAccountRoutes,
  addAuditRoutes,
  addMediaRoutes,
  addLiveRoutes,
  addWebhookRoutes,
] as const;

/** The routes as types: what `hc` makes its client of. */
export type AdminApi = Hono<
  Env,
  ExtractSchema<ReturnType<(typeof ADMIN_ROUTES)[number]>>,
  "/"
>;
