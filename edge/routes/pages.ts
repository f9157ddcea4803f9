import type { Context, Hono } from "hono";
import { plainProblem } from "../answers.ts";
import type { Assets } from "../pages/assets.ts";
import { languageCookie, readLanguage } from "../pages/language.ts";
import type { PageStore } from "../pages/page_store.tsx";
import type { TranslatedPage } from "../pages/translated_page.ts";
import { parsePathId } from "../path_id.ts";
import { cameByHttps } from "../public_origin.ts";
import type { SaleSnapshot } from "../sale_snapshot.ts";

/** What the pages need. */
export interface PagesRoutesParts {
  pages: PageStore;
  assets: Assets;
  snapshot: SaleSnapshot;
}

/** Where a choice of language may lead back to: pages of this shop, and nowhere else. */
const OWN_PAGE =
  /^\/(?:orders|sales\/\d{1,16}(?:\/products\/\d{1,16})?|sandbox\/pay\/[\w.~-]{1,2000})?$/;

/** The pages and what they load. */
export function addPagesRoutes(app: Hono, { pages, assets, snapshot }: PagesRoutesParts): void {
  const show = (c: Context, find: () => TranslatedPage | null): Response => {
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

  app.get("/orders", (c) => pages.orders.respond(c.req.raw));

  app.get("/lang/:language", (c) => {
    const language = readLanguage(c.req.param("language"));
    if (language === null) return pages.notFound.respond(c.req.raw);
    const to = c.req.query("to") ?? "/";
    c.header("set-cookie", languageCookie(language, cameByHttps(c)));
    c.header("cache-control", "no-store");
    return c.redirect(OWN_PAGE.test(to) ? to : "/", 303);
  });

  app.get(
    "/assets/:file",
    (c) => assets.find(c.req.path)?.respond(c.req.raw) ?? plainProblem("not_found"),
  );
}
