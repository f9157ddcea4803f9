import { OpenAPIHono } from "@hono/zod-openapi";
import { boundAdminBody } from "./admin_body.ts";
import type { AdminParts } from "./admin_parts.ts";
import { refuseInvalid } from "./admin_refusals.ts";
import { requireBearer } from "./bearer.ts";
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
export function adminRoutes(parts: AdminParts, adminToken: string): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
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
  app.use("*", requireBearer(adminToken));
  app.use("*", boundAdminBody);
  addProductRoutes(app, parts);
  addSaleRoutes(app, parts);
  addSaleCourseRoutes(app, parts);
  addOrderRoutes(app, parts);
  addPaymentRoutes(app, parts);
  addMessageRoutes(app, parts);
  addBlocklistRoutes(app, parts);
  addUserRoutes(app, parts);
  return app;
}
