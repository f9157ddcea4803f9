import type { Context, Hono } from "hono";
import type { Log } from "../../shared/log.ts";
import { problem } from "../../shared/problem.ts";
import { parseTicket } from "../../shared/ticket.ts";
import { jsonText, plainProblem } from "../answers.ts";
import { parseWith } from "../gate/buy_body.ts";
import type { Identity } from "../gate/identity.ts";
import { listQuerySchema } from "../list_query.ts";
import { OriginFailure, type OriginPool } from "../origin_pool.ts";

/** How long an origin may take to read orders; asked at most twice. */
const READ_TIMEOUT_MS = 2_000;

/** What the orders need. */
export interface OrdersRoutesParts {
  identity: Identity;
  pool: OriginPool;
  log: Log;
}

/** A buyer's own orders, read by an origin. */
export function addOrdersRoutes(app: Hono, { identity, pool, log }: OrdersRoutesParts): void {
  const readFromOrigin = async (path: string): Promise<Response> => {
    const call = { method: "GET", path, timeoutMs: READ_TIMEOUT_MS } as const;
    try {
      const answer = await pool.call(call).catch((error: unknown) => {
        if (!(error instanceof OriginFailure) || error.origin === null) throw error;
        return pool.call(call, error.origin);
      });
      if (answer.status === 200) return jsonText(answer.text);
      if (answer.status === 404) return plainProblem("not_found");
      throw new Error(`status ${answer.status}`);
    } catch (error) {
      log.warning("Cannot read orders: {error}", { error: String(error) });
      return plainProblem("unavailable");
    }
  };

  app.get("/api/orders", (c) => {
    const session = identity.reader(c.req.raw.headers);
    if (session === null) return plainProblem("unauthenticated");
    const query = parseWith(c.req.query(), listQuerySchema);
    if ("errors" in query) return problem("invalid", undefined, { errors: query.errors });
    const { page, per } = query.value;
    const userId = encodeURIComponent(session.userId);
    return readFromOrigin(`/internal/orders?userId=${userId}&page=${page}&per=${per}`);
  });

  app.get("/api/orders/:ticket", (c: Context) => {
    const session = identity.reader(c.req.raw.headers);
    if (session === null) return plainProblem("unauthenticated");
    const ticket = c.req.param("ticket") ?? "";
    // Somebody else's ticket and one that cannot exist look the same from outside.
    if (parseTicket(ticket)?.userId !== session.userId) return plainProblem("not_found");
    const userId = encodeURIComponent(session.userId);
    return readFromOrigin(`/internal/orders/${encodeURIComponent(ticket)}?userId=${userId}`);
  });
}
