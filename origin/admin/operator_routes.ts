import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { AddResult, ManageResult } from "../operators/operator_desk.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, given, idParams, jsonBody, pageOf } from "./admin_schemas.ts";
import {
  newOperatorSchema,
  operatorChangesSchema,
  operatorQuery,
  operatorSchema,
  viewOperator,
} from "./operator_schemas.ts";

const list = createRoute({
  method: "get",
  path: "/operators",
  tags: ["Operators"],
  operationId: "listOperators",
  summary: "List operators; for admins, as all of these routes",
  request: { query: operatorQuery },
  responses: answers(200, "A page of operators, by id", pageOf(operatorSchema), [
    "invalid",
    "forbidden",
  ]),
});

const add = createRoute({
  method: "post",
  path: "/operators",
  tags: ["Operators"],
  operationId: "addOperator",
  summary: "Add an operator",
  request: { body: jsonBody(newOperatorSchema) },
  responses: answers(201, "The operator", operatorSchema, [
    "invalid",
    "too_large",
    "forbidden",
    "conflict",
    "busy",
  ]),
});

const read = createRoute({
  method: "get",
  path: "/operators/{id}",
  tags: ["Operators"],
  operationId: "readOperator",
  summary: "Read an operator",
  request: { params: idParams },
  responses: answers(200, "The operator", operatorSchema, ["not_found", "forbidden"]),
});

const change = createRoute({
  method: "patch",
  path: "/operators/{id}",
  tags: ["Operators"],
  operationId: "changeOperator",
  summary: "Change an operator's role or password, or keep him out; in force with his next request",
  request: { params: idParams, body: jsonBody(operatorChangesSchema) },
  responses: answers(200, "The operator", operatorSchema, [
    "invalid",
    "too_large",
    "not_found",
    "forbidden",
    "conflict",
    "busy",
  ]),
});

const unlock = createRoute({
  method: "post",
  path: "/operators/{id}/unlock",
  tags: ["Operators"],
  operationId: "unlockOperator",
  summary: "Look at an operator's passwords again before his lock ends",
  request: { params: idParams },
  responses: answers(200, "The operator", operatorSchema, ["not_found", "forbidden"]),
});

/** Who may work in the back office. Operators are disabled, never deleted. */
export function addOperatorRoutes(app: AdminApp, { operators: { desk } }: AdminParts) {
  return app
    .openapi(list, async (c) => {
      const { page, per } = c.req.valid("query");
      const found = await listPage(page, per, (page, per) => desk.list(page, per));
      return c.json({ ...found, items: found.items.map(viewOperator) }, 200);
    })
    .openapi(add, async (c) => {
      const result = await desk.add(c.req.valid("json"));
      return result.kind === "done"
        ? c.json(viewOperator(result.operator), 201)
        : refuseOperator(result);
    })
    .openapi(read, async (c) => {
      const operator = await desk.get(c.req.valid("param").id);
      return operator ? c.json(viewOperator(operator), 200) : problem("not_found");
    })
    .openapi(change, async (c) => {
      const changes = given(c.req.valid("json"));
      const result = await desk.change(c.req.valid("param").id, changes);
      return result.kind === "done"
        ? c.json(viewOperator(result.operator), 200)
        : refuseOperator(result);
    })
    .openapi(unlock, async (c) => {
      const operator = await desk.unlock(c.req.valid("param").id);
      return operator ? c.json(viewOperator(operator), 200) : problem("not_found");
    });
}

type Refusal = Exclude<AddResult | ManageResult, { kind: "done" }>;

function refuseOperator(refusal: Refusal): Response {
  switch (refusal.kind) {
    case "invalid":
      return refuseFields(refusal.errors);
    case "not_found":
      return problem("not_found");
    case "taken": {
      const message = "Another operator has this name";
      return problem("conflict", message, { errors: [{ path: "name", message }] });
    }
    case "full":
      return problem("conflict", "There are as many operators as there may be");
    case "outdated":
      return problem("conflict", "The password was changed meanwhile");
    case "last_admin":
      return problem("conflict", "This is the last admin: make another one first");
    case "busy":
      return problem("busy", "Too many passwords are being checked");
  }
}

/** What to answer to faults of fields. */
export function refuseFields(faults: Record<string, string>): Response {
  const errors = Object.entries(faults).map(([path, message]) => ({ path, message }));
  const [first] = errors;
  return problem("invalid", first && `${first.path}: ${first.message}`, { errors });
}
