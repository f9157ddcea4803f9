import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import type { CleanUpView } from "../clean_up/clean_up_desk.ts";
import { CLEAN_UP_STEPS } from "../clean_up/remove_sale.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams, idSchema } from "./admin_schemas.ts";

const count = z.number().int();

const cleanUpSchema = z.object({
  saleId: idSchema,
  state: z.enum(["none", "running", "fenced", "clean"]).openapi({
    description: "fenced: begun, with something left to remove; clean: nothing is left",
  }),
  step: z.enum(CLEAN_UP_STEPS).nullable(),
  cleanedAt: z.string().nullable().openapi({ format: "date-time" }),
  remains: z.object({
    inbox: count,
    orderEvents: count,
    expiredHolds: count,
    barredBuyers: count,
  }).openapi({ description: "Rows that go, beside everything that the ledger has of the sale" }),
  obstacles: z.array(z.object({ kind: z.string(), count, detail: z.string() })),
  failure: z.string().nullable(),
}).openapi("CleanUp");

const beginSchema = z.object({
  dropEvents: z.boolean().default(false).openapi({
    description:
      "Order events go too that the shop may not have read from the feed: those of the " +
      "last 7 days, where no webhook told them",
  }),
}).strict().openapi("CleanUpWish");

const look = createRoute({
  method: "get",
  path: "/sales/{id}/clean-up",
  tags: ["Proof"],
  operationId: "lookAtCleanUp",
  summary: "What a clean-up would remove, and what stands in the way; changes nothing",
  request: { params: idParams },
  responses: answers(200, "How it stands", cleanUpSchema, ["not_found"]),
});

const begin = createRoute({
  method: "post",
  path: "/sales/{id}/clean-up",
  tags: ["Proof"],
  operationId: "cleanUp",
  summary: "Clean up after a sale: a last proof, then its ledger, inbox and events go for good",
  description:
    "Orders, payments, proofs and the audit log stay. Can be asked again at any time, and " +
    "goes on where it broke off.",
  request: {
    params: idParams,
    body: { required: false, content: { "application/json": { schema: beginSchema } } },
  },
  responses: answers(202, "It has begun", cleanUpSchema, ["not_found", "conflict", "invalid"]),
});

/** Cleaning up after a sale. */
export function addCleanUpRoutes(app: AdminApp, { cleanUps }: AdminParts) {
  return app
    .openapi(look, async (c) => {
      const found = await cleanUps.look(c.req.valid("param").id);
      return found ? c.json(viewOf(found), 200) : problem("not_found");
    })
    .openapi(begin, async (c) => {
      const { name } = c.get("principal");
      const { dropEvents = false } = c.req.valid("json") ?? {};
      const result = await cleanUps.begin(c.req.valid("param").id, name, { dropEvents });
      if (result.kind === "not_found") return problem("not_found");
      if (result.kind === "started") return c.json(viewOf(result.view), 202);
      const errors = result.obstacles.map(({ kind, detail }) => ({ path: kind, message: detail }));
      return problem("conflict", errors.map(({ message }) => message).join(" "), { errors });
    });
}

function viewOf({ cleanedAt, ...view }: CleanUpView) {
  return { ...view, cleanedAt: cleanedAt === null ? null : isoTime(cleanedAt) };
}
