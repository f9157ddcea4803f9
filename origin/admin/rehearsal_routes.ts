import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams, jsonBody, pageOf, pageQuery } from "./admin_schemas.ts";
import {
  newRehearsalSchema,
  rehearsalParams,
  rehearsalSchema,
  viewRehearsal,
} from "./rehearsal_schemas.ts";

const start = createRoute({
  method: "post",
  path: "/sales/{id}/rehearsals",
  tags: ["Rehearsals"],
  operationId: "startRehearsal",
  summary: "Let a made-up crowd buy from a copy of a sale; the copy is removed afterwards",
  request: { params: idParams, body: jsonBody(newRehearsalSchema) },
  responses: answers(202, "The rehearsal, which has begun", rehearsalSchema, [
    "invalid",
    "too_large",
    "not_found",
    "conflict",
  ]),
});

const list = createRoute({
  method: "get",
  path: "/sales/{id}/rehearsals",
  tags: ["Rehearsals"],
  operationId: "listRehearsals",
  summary: "List the rehearsals of a sale, newest first",
  request: { params: idParams, query: pageQuery },
  responses: answers(200, "A page of rehearsals", pageOf(rehearsalSchema), [
    "invalid",
    "not_found",
  ]),
});

const read = createRoute({
  method: "get",
  path: "/sales/{id}/rehearsals/{rehearsalId}",
  tags: ["Rehearsals"],
  operationId: "readRehearsal",
  summary: "Read a rehearsal, also while it runs",
  request: { params: rehearsalParams },
  responses: answers(200, "The rehearsal", rehearsalSchema, ["not_found"]),
});

/** Rehearsals of sales: starting and reading. */
export function addRehearsalRoutes(app: AdminApp, parts: AdminParts) {
  const { catalog, rehearsals, rehearsalBook } = parts;

  return app
    .openapi(start, async (c) => {
      const sale = await catalog.getSale(c.req.valid("param").id);
      if (!sale) return problem("not_found");
      const { buyers, force } = c.req.valid("json");
      const startedBy = c.get("principal").name;
      const started = await rehearsals.start({ sale, buyers, force, startedBy });
      if (started.kind === "refused") return problem("conflict", started.reason);
      const record = await rehearsalBook.get(started.rehearsalId);
      return record ? c.json(viewRehearsal(record), 202) : problem("not_found");
    })
    .openapi(list, async (c) => {
      const { id } = c.req.valid("param");
      if (!await catalog.getSale(id)) return problem("not_found");
      const { page, per } = c.req.valid("query");
      const found = await listPage(page, per, (page, per) => rehearsalBook.list(id, page, per));
      return c.json({ ...found, items: found.items.map(viewRehearsal) }, 200);
    })
    .openapi(read, async (c) => {
      const { id, rehearsalId } = c.req.valid("param");
      const record = await rehearsalBook.get(rehearsalId);
      if (!record || record.saleId !== id) return problem("not_found");
      return c.json(viewRehearsal(record), 200);
    });
}
