import type { Context, Hono } from "hono";
import { type Clock, isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { json, jsonText, plainProblem } from "../answers.ts";
import { parseWith } from "../gate/buy_body.ts";
import { listQuerySchema } from "../list_query.ts";
import { parsePathId } from "../path_id.ts";
import type { SaleEntry, SaleIndex } from "../sale_index.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What the sales need. */
export interface SalesRoutesParts {
  index: SaleIndex;
  snapshot: SaleSnapshot;
  clock: Clock;
}

/** Sales, stock and products, all from the snapshot. */
export function addSalesRoutes(app: Hono, { index, snapshot, clock }: SalesRoutesParts): void {
  const withSale = (c: Context, answer: (sale: SaleEntry, nowMs: number) => string): Response => {
    if (!snapshot.loaded) return plainProblem("unavailable");
    const saleId = parsePathId(c.req.param("saleId"));
    const sale = saleId === null ? undefined : index.sales.get(saleId);
    return sale ? jsonText(answer(sale, clock())) : plainProblem("unknown_item");
  };

  app.get("/api/sales", (c) => {
    const query = parseWith(c.req.query(), listQuerySchema);
    if ("errors" in query) return problem("invalid", undefined, { errors: query.errors });
    if (!snapshot.loaded) return plainProblem("unavailable");
    const { page, per } = query.value;
    const nowMs = clock();
    const serverNow = isoTime(nowMs);
    const sales = [...index.sales.values()].slice((page - 1) * per, page * per);
    const items = sales.map((sale) => sale.json(nowMs, serverNow)).join(",");
    const total = index.sales.size;
    return jsonText(`{"items":[${items}],"page":${page},"per":${per},"total":${total}}`);
  });

  app.get(
    "/api/sales/:saleId",
    (c) => withSale(c, (sale, nowMs) => sale.json(nowMs, isoTime(nowMs))),
  );

  app.get(
    "/api/sales/:saleId/stock",
    (c) => withSale(c, (sale, nowMs) => sale.stockJson(nowMs, isoTime(nowMs))),
  );

  app.get("/api/products/:productId", (c) => {
    if (!snapshot.loaded) return plainProblem("unavailable");
    const productId = parsePathId(c.req.param("productId"));
    const entry = productId === null ? undefined : index.products.get(productId);
    if (!entry) return plainProblem("unknown_item");
    const { product, price, currency, saleIds } = entry;
    return json({ ...product, price, currency, saleIds });
  });
}
