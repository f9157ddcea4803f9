import { OpenAPIHono } from "@hono/zod-openapi";
import type { Env, Hono } from "hono";
import type { ExtractSchema } from "hono/types";
import { boundAdminBody } from "./admin_body.ts";
import { operatorGuard } from "../operators/operator_guard.ts";
import type { OperatorEnv } from "../operators/principal.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { refuseInvalid } from "./admin_refusals.ts";
import { addBlocklistRoutes } from "./blocklist_routes.ts";
import { addMessageRoutes } from "./message_routes.ts";
import { addOrderRoutes } from "./order_routes.ts";
import { addPaymentRoutes } from "./payment_routes.ts";
import { addProductRoutes } from "./product_routes.ts";
import { addSaleCourseRoutes } from "./sale_course_routes.ts";
import { addSaleRoutes } from "./sale_routes.ts";
import { addUserRoutes } from "./user_routes.ts";

/**
 * What operators may ask, below `/admin/api`. The schemas that check requests also make
 * `openapi.json`, the one address that asks for no token: it says nothing that is secret.
 */
export function adminRoutes(parts: AdminParts, adminToken: string): AdminApp {
  const app = new OpenAPIHono<OperatorEnv>({ defaultHook: refuseInvalid });
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
  });
  app.use("*", operatorGuard(adminToken));
  app.use("*", boundAdminBody);
  for (const add of ADMIN_ROUTES) add(app, parts);
  return app;
}

/** Every group of routes. Each returns the app with its routes in the type, for the client. */
const ADMIN_ROUTES = [
  addProductRoutes,
  addSaleRoutes,
  addSaleCourseRoutes,
  addOrderRoutes,
  addPaymentRoutes,
  addMessageRoutes,
  addBlocklistRoutes,
  addUserRoutes,
] as const;

/** The routes as types: what `hc` makes its client of. */
export type AdminApi = Hono<
  Env,
  ExtractSchema<ReturnType<(typeof ADMIN_ROUTES)[number]>>,
  "/"
>;
