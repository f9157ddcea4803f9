import type { MiddlewareHandler } from "hono";
import { withinRequest } from "./request_context.ts";
import { givenRequestId, isRequestId, REQUEST_ID_HEADER, type RequestIds } from "./request_id.ts";

/** Ids that callers gave to buys of one batch, by commas; from an edge to an origin. */
export const REQUEST_IDS_HEADER = "x-request-ids";

/** Most characters of that header: what any proxy between the two lets through. */
export const MAX_REQUEST_IDS_LENGTH = 4_096;

/** What the identity of a request is told by, in Hono's terms. */
export interface IdentifiedEnv {
  /** Set by code that calls `fetch` in this process, never by a request. */
  Bindings: { requestId?: string };
  Variables: { requestId: string };
}

/**
 * Gives every request its id: the one of whoever calls in this process, else the header's if it has
 * the form, else a new one. It stands in every log line that is written meanwhile, and in the answer.
 * `takesBatches`: callers are edges, whose batches also tell the ids that buyers gave.
 */
export function identifyRequests(
  ids: RequestIds,
  { takesBatches = false }: { takesBatches?: boolean } = {},
): MiddlewareHandler<IdentifiedEnv> {
  return async function identify(c, next) {
    const { headers } = c.req.raw;
    const requestId = c.env?.requestId ?? givenRequestId(headers) ?? ids.next();
    const requestIds = takesBatches ? readRequestIds(headers.get(REQUEST_IDS_HEADER)) : null;
    c.set("requestId", requestId);
    await withinRequest({ requestId, ...(requestIds === null ? {} : { requestIds }) }, next);
    c.header(REQUEST_ID_HEADER, requestId);
  };
}

/** The ids of a header; null when it is missing, too long or names something else. */
export function readRequestIds(header: string | null): string[] | null {
  if (header === null || header.length > MAX_REQUEST_IDS_LENGTH) return null;
  const ids = header.split(",");
  return ids.every(isRequestId) ? ids : null;
}
