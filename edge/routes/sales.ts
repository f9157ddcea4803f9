import type { Context, Hono } from "hono";
import { type Clock, isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { json, jsonText, plainProblem } from "../answers.ts";
import { clientAddress } from "../gate/client_address.ts";
import type { Suspicion } from "../gate/gate_parts.ts";
import { parseWith } from "../gate/buy_body.ts";
import { listQuerySchema } from "../list_query.ts";
import { parsePathId } from "../path_id.ts";
import type { ProductReads } from "../products/product_reads.ts";
import type { SaleEntry, SaleIndex } from "../sale_index.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What the sales need. */
export interface SalesRoutesParts {
  index: SaleIndex;
  snapshot: SaleSnapshot;
  products: ProductReads;
  suspicion: Pick<Suspicion, "notePage">;
  clock: Clock;
}

/** Sales, stock and products, from the snapshot; an origin is asked for products of no sale. */
export function addSalesRoutes(app: Hono, parts: SalesRoutesParts): void {
  const { index, snapshot, products, clock } = parts;
  const withSale = (c: Context, answer: (sale: SaleEntry, nowMs: number) => string): Response => {
    if (!snapshot.loaded) return plainProblem("unavailable");
    const saleId = parsePathId(c.req.param("saleId"));
    const sale = saleId === null ? undefined : index.sales.get(saleId);
    return sale ? jsonText(answer(sale, clock())) : plainProblem("unknown_item");
  };

  // An open page reads the stock each second; the page itself may come out of a cache in front.
  const noteReader = (c: Context) => parts.suspicion.notePage(clientAddress(c), clock());

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

  app.get("/api/sales/:saleId", (c) => {
    noteReader(c);
    return withSale(c, (sale, nowMs) => sale.json(nowMs, isoTime(nowMs)));
  });

  app.get("/api/sales/:saleId/stock", (c) => {
    noteReader(c);
    return withSale(c, (sale, nowMs) => sale.stockJson(nowMs, isoTime(nowMs)));
  });

  app.get("/api/products/:productId", async (c) => {
    if (!snapshot.loaded) return plainProblem("unavailable");
    const productId = parsePathId(c.req.param("productId"));
    if (productId === null) return plainProblem("unknown_item");
    const entry = index.products.get(productId);
    if (entry) {
      const { product, price, currency, saleIds } = entry;
      return json({ ...product, price, currency, saleIds });
    }
    const read = await products.find(productId);
    switch (read.kind) {
      case "found":
        return json({ ...read.product, saleIds: [] });
      case "unknown":
        return plainProblem("unknown_item");
      default:
        return plainProblem(read.kind);
    }
  });
}
