import { createRoute } from "@hono/zod-openapi";
import { listPage } from "../internal/far_page.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, given, pageOf } from "./admin_schemas.ts";
import { auditEntrySchema, auditQuery, viewEntry } from "./audit_schemas.ts";

const list = createRoute({
  method: "get",
  path: "/audit",
  tags: ["Audit log"],
  operationId: "listAudit",
  summary: "List who changed what and when, newest first, with the state before and after",
  request: { query: auditQuery },
  responses: answers(200, "A page of entries", pageOf(auditEntrySchema), ["invalid"]),
});

/** The audit log. It is only ever added to. */
export function addAuditRoutes(app: AdminApp, { audit }: AdminParts) {
  return app.openapi(list, async (c) => {
    const { page, per, ...filter } = c.req.valid("query");
    const list = (page: number, per: number) => audit.list(given(filter), page, per);
    const found = await listPage(page, per, list);
    return c.json({ ...found, items: found.items.map(viewEntry) }, 200);
  });
}
