import { createRoute } from "@hono/zod-openapi";
import type { z } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { DEFAULT_LIMITS } from "../../shared/sale.ts";
import type { Sale, SaleFields } from "../catalog/catalog.ts";
import { listPage } from "../internal/far_page.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { refuseChange } from "./admin_refusals.ts";
import { answers, given, idParams, jsonBody, pageOf, pageQuery } from "./admin_schemas.ts";
import { viewSales } from "./admin_views.ts";
import { putInForce } from "./live_terms.ts";
import { isExactAmount, newSaleSchema, saleChangesSchema, saleSchema } from "./sale_schemas.ts";

const create = createRoute({
  method: "post",
  path: "/sales",
  tags: ["Sales"],
  operationId: "createSale",
  summary: "Make a sale, as a draft",
  request: { body: jsonBody(newSaleSchema) },
  responses: answers(201, "The sale", saleSchema, ["invalid", "too_large"]),
});

const list = createRoute({
  method: "get",
  path: "/sales",
  tags: ["Sales"],
  operationId: "listSales",
  summary: "List sales",
  request: { query: pageQuery },
  responses: answers(200, "A page of sales", pageOf(saleSchema), ["invalid"]),
});

const read = createRoute({
  method: "get",
  path: "/sales/{id}",
  tags: ["Sales"],
  operationId: "readSale",
  summary: "Read a sale",
  request: { params: idParams },
  responses: answers(200, "The sale", saleSchema, ["not_found"]),
});

const change = createRoute({
  method: "patch",
  path: "/sales/{id}",
  tags: ["Sales"],
  operationId: "changeSale",
  summary: "Change a sale, field by field; live within a second when it is published",
  request: { params: idParams, body: jsonBody(saleChangesSchema) },
  responses: answers(200, "The sale", saleSchema, [
    "invalid",
    "too_large",
    "not_found",
    "conflict",
  ]),
});

/** Sales: making, reading, changing. */
export function addSaleRoutes(app: AdminApp, parts: AdminParts) {
  const { catalog } = parts;

  return app
    .openapi(create, async (c) => {
      const fields = c.req.valid("json");
      const inexact = await findInexact(fields.items, parts);
      if (inexact) return inexact;
      const result = await catalog.createSale({
        ...fields,
        limits: { ...DEFAULT_LIMITS, ...given(fields.limits) },
        items: fields.items.map(plainItem),
      });
      if (result.kind !== "done") return refuseChange(result);
      const [view] = await viewSales([result.value], parts);
      return c.json(view!, 201);
    })
    .openapi(list, async (c) => {
      const { page, per } = c.req.valid("query");
      const list = (page: number, per: number) => catalog.listSales(page, per);
      const found = await listPage(page, per, list);
      return c.json({ ...found, items: await viewSales(found.items, parts) }, 200);
    })
    .openapi(read, async (c) => {
      const sale = await catalog.getSale(c.req.valid("param").id);
      if (!sale) return problem("not_found");
      const [view] = await viewSales([sale], parts);
      return c.json(view!, 200);
    })
    .openapi(change, async (c) => {
      const { id } = c.req.valid("param");
      const { limits, items: changed, ...fields } = c.req.valid("json");
      const items = changed && mergeItems(changed, await catalog.getSale(id));
      if (items instanceof Response) return items;
      const inexact = items && await findInexact(items, parts);
      if (inexact) return inexact;
      const result = await catalog.updateSale(id, {
        ...given(fields),
        ...(limits ? { limits: given(limits) } : {}),
        ...(items ? { items: items.map(plainItem) } : {}),
      });
      if (result.kind !== "done") return refuseChange(result);
      if (result.value.status === "published") await putInForce(id, parts);
      const [view] = await viewSales([result.value], parts);
      return c.json(view!, 200);
    });
}

type NewItem = z.infer<typeof newSaleSchema>["items"][number];

type ChangedItem = NonNullable<z.infer<typeof saleChangesSchema>["items"]>[number];

/**
 * The items of a change, field by field: what is left out stays as it is. The list of a draft is
 * the new list; on a published sale, whose items are fixed, those that are not named stay too.
 */
function mergeItems(changed: ChangedItem[], sale: Sale | null): NewItem[] | Response {
  const known = new Map(sale?.items.map((item) => [item.productId, item]));
  const merged: NewItem[] = [];
  for (const [at, item] of changed.entries()) {
    const before = known.get(item.productId);
    const stock = item.stock ?? before?.stock;
    if (stock === undefined) {
      const path = `items.${at}.stock`;
      const message = "is needed for a product that the sale does not have yet";
      return problem("invalid", `${path} ${message}`, { errors: [{ path, message }] });
    }
    merged.push({ ...item, stock, perUserLimit: item.perUserLimit ?? before?.perUserLimit ?? 1 });
    known.delete(item.productId);
  }
  if (sale === null || sale.status === "draft") return merged;
  for (const { productId, stock, perUserLimit } of known.values()) {
    merged.push({ productId, stock, perUserLimit });
  }
  return merged;
}

function plainItem({ price, ...item }: NewItem): SaleFields["items"][number] {
  return price === undefined ? item : { ...item, price };
}

/** The schema can judge a price that was given; a product's own price has to be looked up. */
async function findInexact(items: NewItem[], { catalog }: AdminParts): Promise<Response | null> {
  for (const [at, { productId, price, perUserLimit }] of items.entries()) {
    if (price !== undefined || isExactAmount(1_000_000_000_000, perUserLimit)) continue;
    const product = await catalog.getProduct(productId);
    if (!product || isExactAmount(product.price, perUserLimit)) continue;
    const path = `items.${at}.perUserLimit`;
    const message = "times the product's price must be exact";
    return problem("invalid", `${path}: ${message}`, { errors: [{ path, message }] });
  }
  return null;
}
