import { Hono } from "hono";
import { problem } from "../../shared/problem.ts";
import { ADMIN_ASSETS } from "./admin_assets.ts";
import { addHomePage } from "./pages/home_page.tsx";
import type { PageApp, PageEnv, PageParts } from "./page_env.ts";
import { type GuardParts, pageGuard } from "./page_guard.ts";

/** What the back office is made with. */
export type BackOfficeParts = PageParts & GuardParts;

/** Every group of pages; each adds its own below `/admin`. */
const PAGES: ((app: PageApp, parts: PageParts) => void)[] = [addHomePage];

/** The pages of the back office, below `/admin`. */
export function backOffice(parts: BackOfficeParts): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get("/assets/:version/:file", (c) => {
    const asset = ADMIN_ASSETS.find(c.req.param("file"));
    if (!asset) return problem("not_found");
    return c.body(asset.body, 200, {
      "content-type": asset.type,
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
    });
  });
  const guard = pageGuard(parts);
  // The API below has a guard and answers of its own.
  app.use("*", (c, next) => c.req.path.startsWith("/admin/api/") ? next() : guard(c, next));
  for (const add of PAGES) add(app, parts);
  return app;
}
