import { createRoute } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, jsonBody } from "./admin_schemas.ts";
import { refuseFields } from "./operator_routes.ts";
import {
  accountSchema,
  endedSchema,
  operatorSchema,
  ownPasswordSchema,
  ownSessionsSchema,
  viewOperator,
} from "./operator_schemas.ts";

const read = createRoute({
  method: "get",
  path: "/account",
  tags: ["Account"],
  operationId: "readAccount",
  summary: "Who asks",
  responses: answers(200, "Name and role", accountSchema),
});

const changePassword = createRoute({
  method: "post",
  path: "/account/password",
  tags: ["Account"],
  operationId: "changeOwnPassword",
  summary: "Change one's own password with the old one; ends all of one's sessions",
  request: { body: jsonBody(ownPasswordSchema) },
  responses: answers(200, "The operator", operatorSchema, [
    "invalid",
    "too_large",
    "conflict",
    "rate_limited",
    "busy",
  ]),
});

const listSessions = createRoute({
  method: "get",
  path: "/account/sessions",
  tags: ["Account"],
  operationId: "listOwnSessions",
  summary: "List one's own live sessions, seen last first",
  responses: answers(200, "At most 20 sessions", ownSessionsSchema),
});

const endOthers = createRoute({
  method: "post",
  path: "/account/sessions/end-others",
  tags: ["Account"],
  operationId: "endOtherSessions",
  summary: "End all of one's own sessions but the one that asks",
  responses: answers(200, "How many were ended", endedSchema, ["rate_limited"]),
});

/** What everybody who is signed in may do about himself. */
export function addAccountRoutes(app: AdminApp, { operators: { desk } }: AdminParts) {
  return app
    .openapi(read, (c) => {
      const { operatorId: id, name, role, via } = c.get("principal");
      return c.json({ id, name, role, via }, 200);
    })
    .openapi(changePassword, async (c) => {
      const principal = c.get("principal");
      if (principal.operatorId === null) {
        return problem(
          "conflict",
          "ADMIN_TOKEN has no password: it is set where this origin starts",
        );
      }
      const peer = c.env?.peer ?? "";
      const result = await desk.changeOwnPassword(principal, c.req.valid("json"), peer);
      switch (result.kind) {
        case "done":
          return c.json(viewOperator(result.operator), 200);
        case "invalid":
          return refuseFields(result.errors);
        case "locked":
          return problem("rate_limited", "Too many wrong passwords", undefined, {
            "retry-after": String(Math.ceil(result.waitMs / 1_000)),
          });
        case "busy":
          return problem("busy", "Too many passwords are being checked");
        case "not_found":
          return problem("not_found");
      }
    })
    .openapi(listSessions, async (c) => {
      const sessions = await desk.ownSessions(c.get("principal"));
      const items = sessions.map(({ createdAt, seenAt, expiresAt, isThis }) => ({
        createdAt: isoTime(createdAt),
        seenAt: isoTime(seenAt),
        expiresAt: isoTime(expiresAt),
        isThis,
      }));
      return c.json({ items }, 200);
    })
    .openapi(endOthers, async (c) => {
      return c.json({ ended: await desk.endOtherSessions(c.get("principal")) }, 200);
    });
}
