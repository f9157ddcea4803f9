import { Hono } from "hono";
import { problem } from "../../shared/problem.ts";
import { ADMIN_ASSETS } from "./admin_assets.ts";
import { notFoundPage, problemPage } from "./kit/problem_page.tsx";
import { addApiDocsPage } from "./pages/api_docs_page.tsx";
import { addBlocklistPage } from "./pages/blocklist_page.tsx";
import { addAuditPage } from "./pages/audit_page.tsx";
import { addAccountPage } from "./pages/account_page.tsx";
import { addOperatorPage } from "./pages/operator_page.tsx";
import { addOperatorsPage } from "./pages/operators_page.tsx";
import { addSetupPage } from "./pages/setup_page.tsx";
import { addSignInPage } from "./pages/sign_in_page.tsx";
import { addHomePage } from "./pages/home_page.tsx";
import { addMessagePage } from "./pages/message_page.tsx";
import { addMessagesPage } from "./pages/messages_page.tsx";
import { addOrderPage } from "./pages/order_page.tsx";
import { addOrdersPage } from "./pages/orders_page.tsx";
import { addProofPage } from "./pages/proof_page.tsx";
import { addReadyPage } from "./pages/ready_page.tsx";
import { addRehearsalPage } from "./pages/rehearsal_page.tsx";
import { addProductPages } from "./pages/product_pages.tsx";
import { addProductsPage } from "./pages/products_page.tsx";
import { addLivePage } from "./pages/live_page.tsx";
import { addSaleEditPages } from "./pages/sale_edit_pages.tsx";
import { addSalePage } from "./pages/sale_page.tsx";
import { addSaleSessionsPage } from "./pages/sale_sessions_page.tsx";
import { addSalesPage } from "./pages/sales_page.tsx";
import { addRefundsPage } from "./pages/refunds_page.tsx";
import { addUserPage } from "./pages/user_page.tsx";
import { addUsersPage } from "./pages/users_page.tsx";
import { addWebhookPage } from "./pages/webhook_page.tsx";
import { addZonePage } from "./pages/zone_page.tsx";
import type { PageApp, PageEnv, PageParts } from "./page_env.ts";
import { type GuardParts, pageGuard } from "./page_guard.ts";

/** What the back office is made with. */
export type BackOfficeParts = PageParts & GuardParts;

/** Every group of pages; each adds its own below `/admin`. */
const PAGES: ((app: PageApp, parts: PageParts) => void)[] = [
  addHomePage,
  addSignInPage,
  addSetupPage,
  addAccountPage,
  addAuditPage,
  addOperatorsPage,
  addOperatorPage,
  addZonePage,
  addProductsPage,
  addProductPages,
  addSalesPage,
  addSaleEditPages,
  addSalePage,
  addSaleSessionsPage,
  addLivePage,
  addProofPage,
  addReadyPage,
  addRehearsalPage,
  addOrdersPage,
  addOrderPage,
  addMessagesPage,
  addMessagePage,
  addRefundsPage,
  addUsersPage,
  addUserPage,
  addBlocklistPage,
  addApiDocsPage,
  addWebhookPage,
];

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
  app.use("*", async (c, next) => {
    const { method, path } = c.req;
    if (method !== "GET" || path.startsWith("/admin/api/")) return await next();
    // As addresses are typed: no page has a slash at its end.
    if (path.endsWith("/")) return c.redirect(path.replace(/\/+$/, ""), 303);
    return notFoundPage(c);
  });
  app.onError((error, c) => problemPage(c, error, parts.log));
  return app;
}
