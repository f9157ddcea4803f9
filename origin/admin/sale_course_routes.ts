import { createRoute } from "@hono/zod-openapi";
import type { CatalogResult, Sale } from "../catalog/catalog.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { refuseChange } from "./admin_refusals.ts";
import { answers, idParams } from "./admin_schemas.ts";
import { viewSales } from "./admin_views.ts";
import { putInForce } from "./live_terms.ts";
import { publishSale } from "./publish_sale.ts";
import { readinessSchema, viewReadiness } from "./readiness_schemas.ts";
import { saleSchema } from "./sale_schemas.ts";

const publish = createRoute({
  method: "post",
  path: "/sales/{id}/publish",
  tags: ["Sales"],
  operationId: "publishSale",
  summary: "Publish a sale, open its items, and report whether it could sell",
  request: { params: idParams },
  responses: answers(200, "The readiness report", readinessSchema, ["not_found", "conflict"]),
});

/** A step in the course of a sale. Declared apart so that OpenAPI shows each by its own path. */
function courseRoute(verb: "pause" | "resume" | "close", summary: string) {
  return createRoute({
    method: "post",
    path: `/sales/{id}/${verb}`,
    tags: ["Sales"],
    operationId: `${verb}Sale`,
    summary,
    request: { params: idParams },
    responses: answers(200, "The sale", saleSchema, ["not_found", "conflict"]),
  });
}

const pause = courseRoute("pause", "Stop selling for a while");
const resume = courseRoute("resume", "Sell on after a pause");
const close = courseRoute("close", "End a sale for good");

/** The course of a sale: publish, pause, resume, close. All can be repeated. */
export function addSaleCourseRoutes(app: AdminApp, parts: AdminParts) {
  const { catalog } = parts;

  const answer = async (saleId: number, result: CatalogResult<Sale>): Promise<Response> => {
    if (result.kind !== "done") return refuseChange(result);
    await putInForce(saleId, parts);
    const [view] = await viewSales([result.value], parts);
    return Response.json(view);
  };

  return app
    .openapi(publish, async (c) => {
      const result = await publishSale(c.req.valid("param").id, parts);
      if (result.kind !== "done") return refuseChange(result);
      const { saleId } = result.value;
      return c.json(viewReadiness(result.value, parts.readiness.automatic(saleId)), 200);
    })
    .openapi(pause, async (c) => {
      const { id } = c.req.valid("param");
      return await answer(id, await catalog.pauseSale(id, true));
    })
    .openapi(resume, async (c) => {
      const { id } = c.req.valid("param");
      return await answer(id, await catalog.pauseSale(id, false));
    })
    .openapi(close, async (c) => {
      const { id } = c.req.valid("param");
      return await answer(id, await catalog.closeSale(id));
    });
}
