import type { Context, Hono } from "hono";
import { plainProblem } from "../answers.ts";
import type { Assets } from "../pages/assets.ts";
import type { PageStore } from "../pages/page_store.tsx";
import type { StoredResponse } from "../pages/stored_response.ts";
import { parsePathId } from "../path_id.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What the pages need. */
export interface PagesRoutesParts {
  pages: PageStore;
  assets: Assets;
  snapshot: SaleSnapshot;
}

/** The pages and what they load. */
export function addPagesRoutes(app: Hono, { pages, assets, snapshot }: PagesRoutesParts): void {
  const show = (c: Context, find: () => StoredResponse | null): Response => {
    const page = snapshot.loaded ? find() ?? pages.notFound : pages.notReady;
    return page.respond(c.req.raw);
  };

  app.get("/", (c) => show(c, () => pages.list()));

  app.get("/sales/:saleId", (c) =>
    show(c, () => {
      const saleId = parsePathId(c.req.param("saleId"));
      return saleId === null ? null : pages.sale(saleId);
    }));

  app.get("/sales/:saleId/products/:productId", (c) =>
    show(c, () => {
      const saleId = parsePathId(c.req.param("saleId"));
      const productId = parsePathId(c.req.param("productId"));
      return saleId === null || productId === null ? null : pages.product(saleId, productId);
    }));

  app.get(
    "/assets/:file",
    (c) => assets.find(c.req.path)?.respond(c.req.raw) ?? plainProblem("not_found"),
  );
}
