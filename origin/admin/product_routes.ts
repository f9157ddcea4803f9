import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { listPage } from "../internal/far_page.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { refuseChange } from "./admin_refusals.ts";
import { answers, given, idParams, jsonBody, line, pageOf, pageQuery } from "./admin_schemas.ts";
import { putInForce } from "./live_terms.ts";
import { newProductSchema, productChangesSchema, productSchema } from "./product_schemas.ts";

const create = createRoute({
  method: "post",
  path: "/products",
  tags: ["Products"],
  operationId: "createProduct",
  summary: "Make a product",
  request: { body: jsonBody(newProductSchema) },
  responses: answers(201, "The product", productSchema, ["invalid", "too_large"]),
});

const list = createRoute({
  method: "get",
  path: "/products",
  tags: ["Products"],
  operationId: "listProducts",
  summary: "List products, newest first",
  request: { query: pageQuery.extend({ name: line(200).optional() }) },
  responses: answers(200, "A page of products", pageOf(productSchema), ["invalid"]),
});

const read = createRoute({
  method: "get",
  path: "/products/{id}",
  tags: ["Products"],
  operationId: "readProduct",
  summary: "Read a product",
  request: { params: idParams },
  responses: answers(200, "The product", productSchema, ["not_found"]),
});

const change = createRoute({
  method: "patch",
  path: "/products/{id}",
  tags: ["Products"],
  operationId: "changeProduct",
  summary: "Change a product, field by field",
  request: { params: idParams, body: jsonBody(productChangesSchema) },
  responses: answers(200, "The product", productSchema, ["invalid", "too_large", "not_found"]),
});

const remove = createRoute({
  method: "delete",
  path: "/products/{id}",
  tags: ["Products"],
  operationId: "deleteProduct",
  summary: "Delete a product that no sale has",
  request: { params: idParams },
  responses: answers(204, "Deleted", null, ["not_found", "conflict"]),
});

/** Products: making, reading, changing, deleting. */
export function addProductRoutes(app: AdminApp, parts: AdminParts) {
  const { catalog } = parts;

  return app
    .openapi(create, async (c) => c.json(await catalog.createProduct(c.req.valid("json")), 201))
    .openapi(list, async (c) => {
      const { page, per, name } = c.req.valid("query");
      const list = (page: number, per: number) => catalog.listProducts(page, per, name);
      return c.json(await listPage(page, per, list), 200);
    })
    .openapi(read, async (c) => {
      const product = await catalog.getProduct(c.req.valid("param").id);
      return product ? c.json(product, 200) : problem("not_found");
    })
    .openapi(change, async (c) => {
      const { id } = c.req.valid("param");
      const result = await catalog.updateProduct(id, given(c.req.valid("json")));
      if (result.kind !== "done") return refuseChange(result);
      await putInForce(null, parts);
      return c.json(result.value, 200);
    })
    .openapi(remove, async (c) => {
      const result = await catalog.deleteProduct(c.req.valid("param").id);
      return result.kind === "done" ? c.body(null, 204) : refuseChange(result);
    });
}
