import { createRoute, z } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, given, jsonBody, pageOf, pageQuery } from "./admin_schemas.ts";
import { userIdSchema } from "./blocklist_schemas.ts";
import { claimsSchema } from "./claim_schemas.ts";
import { putListsInForce } from "./live_lists.ts";

/** Levels are whole numbers within this distance of 0, as in the shop's tokens. */
const MAX_LEVEL = 1_000_000;

const levelSchema = z.number().int().min(-MAX_LEVEL).max(MAX_LEVEL).nullable()
  .openapi({ description: "Goes before the token's level; null leaves that" });

const userParams = z.object({ id: userIdSchema });

const userQuery = pageQuery.extend({
  blocked: z.enum(["true", "false"]).transform((text) => text === "true").optional()
    .openapi({ type: "boolean" }),
});

const userChangesSchema = z.object({
  level: levelSchema,
  blocked: z.boolean(),
  claims: claimsSchema.nullable(),
}).partial().openapi("ShopUserChanges", {
  description: "What is left out stays; null leaves the word of the shop's token",
  example: { level: 3, claims: { tier: "gold" } },
});

const userSchema = z.object({
  userId: z.string(),
  level: levelSchema,
  blocked: z.boolean(),
  claims: z.record(z.string(), z.string()).nullable(),
}).openapi("ShopUser");

const list = createRoute({
  method: "get",
  path: "/users",
  tags: ["Users"],
  operationId: "listUsers",
  summary: "List users that are blocked or have a level or claims of their own",
  request: { query: userQuery },
  responses: answers(200, "A page of users, by id", pageOf(userSchema), ["invalid"]),
});

const read = createRoute({
  method: "get",
  path: "/users/{id}",
  tags: ["Users"],
  operationId: "readUser",
  summary: "What operators know of a user; of an untouched one, the defaults",
  request: { params: userParams },
  responses: answers(200, "The user", userSchema, ["not_found"]),
});

const change = createRoute({
  method: "put",
  path: "/users/{id}",
  tags: ["Users"],
  operationId: "changeUser",
  summary: "Set a user's level, claims or block, field by field; on every edge within a second",
  request: { params: userParams, body: jsonBody(userChangesSchema) },
  responses: answers(200, "The user", userSchema, [
    "invalid",
    "too_large",
    "not_found",
    "conflict",
  ]),
});

/** What operators know of the shop's customers. Who has no row yet is a customer all the same. */
export function addUserRoutes(app: AdminApp, parts: AdminParts) {
  const { customers } = parts;

  return app
    .openapi(list, async (c) => {
      const { page, per, ...filter } = c.req.valid("query");
      const list = (page: number, per: number) => customers.listUsers(given(filter), page, per);
      return c.json(await listPage(page, per, list), 200);
    })
    .openapi(read, async (c) => {
      return c.json(await customers.getUser(c.req.valid("param").id), 200);
    })
    .openapi(change, async (c) => {
      const { id } = c.req.valid("param");
      const result = await customers.changeUser(id, given(c.req.valid("json")));
      if (result.kind === "full") return problem("conflict", result.detail);
      putListsInForce(parts);
      return c.json(result.user, 200);
    });
}
