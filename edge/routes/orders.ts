import type { Context, Hono } from "hono";
import { type Clock, isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { parseTicket, type TicketParts } from "../../shared/ticket.ts";
import { json, plainProblem } from "../answers.ts";
import type { WarningLog } from "../calm_log.ts";
import { parseWith } from "../gate/buy_body.ts";
import type { Identity } from "../gate/identity.ts";
import { listQuerySchema } from "../list_query.ts";
import type { OriginPool } from "../origin_pool.ts";
import { cameByHttps, publicOrigin } from "../public_origin.ts";
import { handOn } from "./origin_answers.ts";

/** How long an origin may take to read orders; asked at most twice. */
const READ_TIMEOUT_MS = 2_000;

/** How long it may take to cancel: a row's lock and one commit. */
const CANCEL_TIMEOUT_MS = 5_000;

/** How long it may take to begin a payment: more than the provider itself is given. */
const PAY_TIMEOUT_MS = 7_000;

/** What the orders need. */
export interface OrdersRoutesParts {
  identity: Identity;
  pool: OriginPool;
  clock: Clock;
  log: WarningLog;
}

/** A buyer's own orders, read, cancelled and paid through an origin. */
export function addOrdersRoutes(app: Hono, parts: OrdersRoutesParts): void {
  const { identity } = parts;

  const read = (path: string): Promise<Response> => {
    const call = { method: "GET", path, timeoutMs: READ_TIMEOUT_MS } as const;
    return handOn(call, { what: "read orders", passes: [200, 404], twice: true }, parts);
  };

  app.get("/api/orders", async (c) => {
    const session = identity.reader(c.req.raw.headers, cameByHttps(c));
    if (session === null) return plainProblem("unauthenticated");
    const query = parseWith(c.req.query(), listQuerySchema);
    if ("errors" in query) return problem("invalid", undefined, { errors: query.errors });
    const { page, per } = query.value;
    const userId = encodeURIComponent(session.userId);
    const answer = await read(`/internal/orders?userId=${userId}&page=${page}&per=${per}`);
    if (!answer.ok) return answer;
    // The page counts down to the end of payment, on whatever clock the device has.
    return json({ ...await answer.json(), serverNow: isoTime(parts.clock()) });
  });

  app.get("/api/orders/:ticket", (c) => {
    const session = identity.reader(c.req.raw.headers, cameByHttps(c));
    if (session === null) return plainProblem("unauthenticated");
    if (!ownTicket(c, session.userId)) return plainProblem("not_found");
    const userId = encodeURIComponent(session.userId);
    return read(`${internalPath(c)}?userId=${userId}`);
  });

  app.post("/api/orders/:ticket/cancel", (c) => {
    const session = identity.writer(c.req.raw.headers, cameByHttps(c));
    if (session === null) return plainProblem("unauthenticated");
    if (!ownTicket(c, session.userId)) return plainProblem("not_found");
    const { userId } = session;
    // Not asked twice: a cancel whose answer was lost would be refused as done already. Whoever
    // hears 503 reads the order.
    const asking = { what: "cancel an order", passes: [200, 404, 409], twice: false };
    return handOn(post(`${internalPath(c)}/cancel`, { userId }, CANCEL_TIMEOUT_MS), asking, parts);
  });

  app.post("/api/orders/:ticket/payment", (c) => {
    const session = identity.writer(c.req.raw.headers, cameByHttps(c));
    if (session === null) return plainProblem("unauthenticated");
    const ids = ownTicket(c, session.userId);
    if (!ids) return plainProblem("not_found");
    const origin = publicOrigin(c);
    if (origin === null) return problem("invalid", "The host must be one that a URL can have");
    const body = { userId: session.userId, returnUrl: `${origin}/sales/${ids.saleId}` };
    const asking = { what: "begin a payment", passes: [201, 404, 409], twice: true };
    return handOn(post(`${internalPath(c)}/payment`, body, PAY_TIMEOUT_MS), asking, parts);
  });
}

/** Somebody else's ticket and one that cannot exist look the same from outside: null. */
function ownTicket(c: Context, userId: string): TicketParts | null {
  const ids = parseTicket(c.req.param("ticket") ?? "");
  return ids?.userId === userId ? ids : null;
}

function internalPath(c: Context): string {
  return `/internal/orders/${encodeURIComponent(c.req.param("ticket") ?? "")}`;
}

function post(path: string, body: unknown, timeoutMs: number) {
  return { method: "POST", path, body: JSON.stringify(body), timeoutMs } as const;
}
