import { createRoute, z } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { parseTicket } from "../../shared/ticket.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { type Answers, answers, given } from "./admin_schemas.ts";
import { CSV_COLUMNS } from "./order_csv.ts";
import { findOrderDetail } from "./order_detail.ts";
import { exportQuery, orderDetailSchema, ticketParams } from "./order_detail_schemas.ts";
import { MAX_EXPORTS, OrderExports } from "./order_export.ts";

const exportAnswers = {
  ...answers(200, "The orders, newest first", null, ["invalid", "busy"]),
  200: {
    description: "The orders, newest first, one a line: RFC 4180, UTF-8, lines end with CR LF. " +
      `Columns: ${
        CSV_COLUMNS.join(", ")
      }. Times are ISO 8601 UTC; amount_minor is in minor units ` +
      "and amount the same as a decimal. Text that a spreadsheet would take for a formula has an " +
      "apostrophe in front. A connection that breaks off before the end is a part, not the whole",
    content: { "text/csv": { schema: z.string() } },
  },
} as unknown as Answers<200, null>;

const exportCsv = createRoute({
  method: "get",
  path: "/orders.csv",
  tags: ["Orders"],
  operationId: "exportOrders",
  summary: "Download orders and refusals as CSV, however many there are",
  description: `An origin writes at most ${MAX_EXPORTS} at once; one more is answered busy.`,
  request: { query: exportQuery },
  responses: exportAnswers,
});

const read = createRoute({
  method: "get",
  path: "/orders/{ticket}",
  tags: ["Orders"],
  operationId: "readOrder",
  summary: "Read everything that is known of a ticket",
  request: { params: ticketParams },
  responses: answers(200, "The order", orderDetailSchema, ["not_found"]),
});

const cancel = createRoute({
  method: "post",
  path: "/orders/{ticket}/cancel",
  tags: ["Orders"],
  operationId: "cancelOrder",
  summary: "Cancel an unpaid order; its pieces go back on sale once",
  request: { params: ticketParams },
  responses: answers(200, "The order, cancelled", orderDetailSchema, [
    "not_found",
    "not_cancellable",
  ]),
});

/** One order, and all of them as a file. */
export function addOrderDetailRoutes(app: AdminApp, parts: AdminParts) {
  const exports = new OrderExports(parts);

  return app
    .openapi(exportCsv, async (c) => {
      const { bom, ...filter } = c.req.valid("query");
      const body = await exports.open(given(filter), { bom });
      if (body === null) {
        return problem("busy", `${MAX_EXPORTS} exports run here already: ask again in a moment`);
      }
      return new Response(body, {
        headers: {
          "content-type": "text/csv; charset=utf-8; header=present",
          "content-disposition": `attachment; filename="${fileName(filter, parts.clock())}"`,
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
        },
      });
    })
    .openapi(read, (c) => answerOrder(c.req.valid("param").ticket, parts))
    .openapi(cancel, async (c) => {
      const { ticket } = c.req.valid("param");
      const ids = parseTicket(ticket);
      if (!ids) return problem("not_found");
      const answer = await parts.cancels.cancel(ticket, ids.userId, "by_operator");
      switch (answer.kind) {
        case "cancelled":
          return await answerOrder(ticket, parts);
        case "not_cancellable": {
          const detail = `The order is ${answer.status.replace("_", " ")}`;
          return problem("not_cancellable", detail, { orderStatus: answer.status });
        }
        case "not_found":
        case "unavailable":
          return problem(answer.kind);
      }
    });
}

async function answerOrder(ticket: string, parts: AdminParts): Promise<Response> {
  const found = await findOrderDetail(ticket, parts);
  return found.kind === "found" ? Response.json(found.order) : problem(found.kind);
}

/** A name that says what is in it: `orders-sale-7-paid-20260601T100000Z.csv`. */
function fileName(
  { saleId, status, userId }: Omit<z.infer<typeof exportQuery>, "bom">,
  nowMs: number,
): string {
  const at = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const parts = ["orders", saleId && `sale-${saleId}`, status, userId, at];
  return `${parts.filter(Boolean).join("-")}.csv`;
}
