import { createRoute, type z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import type { BlockEntry } from "../customers/customer_book.ts";
import { listPage } from "../internal/far_page.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import {
  answers,
  type DocumentedAnswer,
  given,
  idParams,
  jsonBody,
  pageOf,
} from "./admin_schemas.ts";
import { blockQuery, blockSchema, newBlockSchema, targetOf } from "./blocklist_schemas.ts";
import { putListsInForce } from "./live_lists.ts";

const list = createRoute({
  method: "get",
  path: "/blocklist",
  tags: ["Block list"],
  operationId: "listBlocks",
  summary: "List blocked users and networks, newest first",
  request: { query: blockQuery },
  responses: answers(200, "A page of entries", pageOf(blockSchema), ["invalid"]),
});

const addAnswers: Record<string, DocumentedAnswer> = {
  ...answers(201, "The entry", blockSchema, ["invalid", "too_large", "conflict"]),
  200: {
    description: "The entry, which was there already",
    content: { "application/json": { schema: blockSchema } },
  },
};

const add = createRoute({
  method: "post",
  path: "/blocklist",
  tags: ["Block list"],
  operationId: "addBlock",
  summary: "Block a user or a network; on every edge within a second",
  request: { body: jsonBody(newBlockSchema) },
  responses: addAnswers,
});

const read = createRoute({
  method: "get",
  path: "/blocklist/{id}",
  tags: ["Block list"],
  operationId: "readBlock",
  summary: "Read an entry",
  request: { params: idParams },
  responses: answers(200, "The entry", blockSchema, ["not_found"]),
});

const remove = createRoute({
  method: "delete",
  path: "/blocklist/{id}",
  tags: ["Block list"],
  operationId: "removeBlock",
  summary: "Lift a block; on every edge within a second",
  request: { params: idParams },
  responses: answers(204, "Lifted", null, ["not_found"]),
});

/** Whom operators keep from buying. */
export function addBlocklistRoutes(app: AdminApp, parts: AdminParts) {
  const { customers } = parts;

  return app
    .openapi(list, async (c) => {
      const { page, per, ...filter } = c.req.valid("query");
      const list = (page: number, per: number) => customers.listBlocked(given(filter), page, per);
      const found = await listPage(page, per, list);
      return c.json({ ...found, items: found.items.map(viewBlock) }, 200);
    })
    .openapi(add, async (c) => {
      const result = await customers.block(targetOf(c.req.valid("json")));
      if (result.kind === "full") return problem("conflict", result.detail);
      if (result.kind === "known") return c.json(viewBlock(result.entry), 200);
      putListsInForce(parts);
      return c.json(viewBlock(result.entry), 201);
    })
    .openapi(read, async (c) => {
      const entry = await customers.getBlocked(c.req.valid("param").id);
      return entry ? c.json(viewBlock(entry), 200) : problem("not_found");
    })
    .openapi(remove, async (c) => {
      if (!await customers.unblock(c.req.valid("param").id)) return problem("not_found");
      putListsInForce(parts);
      return c.body(null, 204);
    });
}

function viewBlock({ id, createdAt, ...target }: BlockEntry): z.infer<typeof blockSchema> {
  return { id, ...target, createdAt: isoTime(createdAt) };
}
