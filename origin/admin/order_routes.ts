import { createRoute, z } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { REQUEST_ID_PATTERN } from "../../shared/ticket.ts";
import { listPage } from "../internal/far_page.ts";
import { proveSale } from "../orders/proof.ts";
import { LedgerAwayError } from "../orders/proof_ledger.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, given, idParams, idText, jsonBody, pageOf } from "./admin_schemas.ts";
import { viewOrder } from "./admin_views.ts";
import { changeStock } from "./change_stock.ts";
import {
  changedStockSchema,
  orderQuery,
  orderSchema,
  proofSchema,
  stockChangeSchema,
} from "./order_schemas.ts";

const list = createRoute({
  method: "get",
  path: "/orders",
  tags: ["Orders"],
  operationId: "listOrders",
  summary: "List orders and refusals, newest first",
  request: { query: orderQuery },
  responses: answers(200, "A page of orders", pageOf(orderSchema), ["invalid"]),
});

const stock = createRoute({
  method: "post",
  path: "/sales/{id}/items/{productId}/stock",
  tags: ["Sales"],
  operationId: "changeStock",
  summary: "Top up an item, or take unsold pieces back",
  request: {
    params: idParams.extend({ productId: idText() }),
    headers: z.object({ "idempotency-key": z.string().regex(REQUEST_ID_PATTERN).optional() }),
    body: jsonBody(stockChangeSchema),
  },
  responses: answers(200, "The stock afterwards", changedStockSchema, [
    "invalid",
    "too_large",
    "not_found",
    "conflict",
    "idempotency_mismatch",
    "paused",
  ]),
});

const proof = createRoute({
  method: "get",
  path: "/sales/{id}/proof",
  tags: ["Sales"],
  operationId: "proveSale",
  summary: "The invariants, recomputed from the order book and the ledger",
  request: { params: idParams },
  responses: answers(200, "What was counted", proofSchema, ["not_found"]),
});

/** What was sold: orders, stock changes, the proof. */
export function addOrderRoutes(app: AdminApp, parts: AdminParts) {
  return app
    .openapi(list, async (c) => {
      const { page, per, ...filter } = c.req.valid("query");
      const list = (page: number, per: number) => parts.book.listOrders(given(filter), page, per);
      const found = await listPage(page, per, list);
      return c.json({ ...found, items: found.items.map(viewOrder) }, 200);
    })
    .openapi(stock, async (c) => {
      const { id: saleId, productId } = c.req.valid("param");
      const { delta } = c.req.valid("json");
      const requestId = c.req.valid("header")["idempotency-key"];
      const answer = await changeStock({ saleId, productId, delta, requestId }, parts);
      switch (answer.kind) {
        case "changed": {
          const { stock, remaining, state } = answer;
          return c.json({ saleId, productId, stock, remaining, state }, 200);
        }
        case "not_found":
          return problem("not_found");
        case "conflict":
          return problem("conflict", answer.reason);
        case "mismatch":
          return problem("idempotency_mismatch", "This key was used with another delta");
        case "recovering":
          return problem("paused", "The item is being opened or recovered: ask again in a moment");
      }
    })
    .openapi(proof, async (c) => {
      const sale = await parts.catalog.getSale(c.req.valid("param").id);
      if (!sale) return problem("not_found");
      const kept = await parts.proofs.keptProof(sale.saleId);
      if (kept) return c.json(kept, 200);
      try {
        return c.json(await proveSale(sale, parts), 200);
      } catch (error) {
        if (!(error instanceof LedgerAwayError)) throw error;
        return problem("unavailable", error.message);
      }
    });
}
