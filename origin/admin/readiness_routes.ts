import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams } from "./admin_schemas.ts";
import { readinessSchema, viewReadiness } from "./readiness_schemas.ts";

const read = createRoute({
  method: "get",
  path: "/sales/{id}/readiness",
  tags: ["Sales"],
  operationId: "readSaleReadiness",
  summary: "Check whether a sale could sell, before and after it is published",
  request: { params: idParams },
  responses: answers(200, "Every check, now", readinessSchema, ["not_found"]),
});

/** Whether sales could sell. */
export function addReadinessRoutes(app: AdminApp, { readiness }: AdminParts) {
  return app.openapi(read, async (c) => {
    const sale = await readiness.findSale(c.req.valid("param").id);
    if (!sale) return problem("not_found");
    const found = await readiness.check(sale);
    return c.json(viewReadiness(found, readiness.automatic(sale.saleId)), 200);
  });
}
