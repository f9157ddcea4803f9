import { createRoute } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { MAX_WATCHERS } from "../live/live_desk.ts";
import { openLiveStream } from "../live/live_stream.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams } from "./admin_schemas.ts";
import { liveFrameSchema } from "./live_schemas.ts";

const NO_STORE = { "cache-control": "no-store" };

const watch = createRoute({
  method: "get",
  path: "/sales/{id}/live",
  tags: ["Live"],
  operationId: "watchSale",
  summary: "Watch a sale: server-sent events, a frame about every second",
  description:
    "`history` comes once, with columns of the last ten minutes; then each `frame` is a " +
    "LiveFrame. Streams end when their process drains, with the session that asked for them, and " +
    "after five minutes: connect again.",
  request: { params: idParams },
  responses: answers(200, "text/event-stream", null, ["not_found", "conflict"]),
});

const now = createRoute({
  method: "get",
  path: "/sales/{id}/live/now",
  tags: ["Live"],
  operationId: "readLive",
  summary: "The newest figures of a sale, a second old at most",
  request: { params: idParams },
  responses: answers(200, "The figures", liveFrameSchema, ["not_found", "conflict"]),
});

/** The live view of a sale. */
export function addLiveRoutes(app: AdminApp, parts: AdminParts) {
  const { live } = parts;

  return app
    .openapi(watch, async (c) => {
      const { id } = c.req.valid("param");
      const { headers } = c.req.raw;
      const isSession = c.get("principal").via === "session";
      const stream = openLiveStream(live, id, async () => {
        return !isSession || await parts.operatorSessions.read(headers, parts.clock()) !== null;
      });
      if (stream.kind !== "open") return await refuse(stream.kind, id, parts);
      return c.body(stream.body, 200, {
        ...NO_STORE,
        "content-type": "text/event-stream; charset=utf-8",
        // A proxy that gathers answers would hold every frame back.
        "x-accel-buffering": "no",
      });
    })
    .openapi(now, async (c) => {
      const { id } = c.req.valid("param");
      const frame = await live.now(id);
      if (typeof frame === "string") return await refuse(frame, id, parts);
      return c.json(frame, 200, NO_STORE);
    });
}

async function refuse(
  why: "unknown" | "full" | "draining",
  saleId: number,
  { catalog }: AdminParts,
): Promise<Response> {
  if (why === "full") return problem("busy", `At most ${MAX_WATCHERS} may watch at a time`);
  if (why === "draining") return problem("unavailable", "This origin is stopping: ask another one");
  const sale = await catalog.getSale(saleId);
  if (sale === null) return problem("not_found");
  return problem(
    "conflict",
    sale.status === "draft"
      ? "The sale is a draft: publish it to watch it"
      : "The sale is not followed any more, or was published a moment ago",
  );
}
