import type { MiddlewareHandler } from "hono";
import { problem } from "../../shared/problem.ts";
import { readBoundedBody } from "../internal/bounded_body.ts";
import type { OperatorEnv } from "../operators/principal.ts";
import { apiPath } from "../operators/route_pattern.ts";

/** Most bytes of an admin request: a description of 20,000 characters fits several times over. */
export const MAX_ADMIN_BYTES = 256 * 1024;

const ADMIN_BODY_TIMEOUT_MS = 10_000;

/** The one route that takes something else than JSON and has bounds of its own. */
function isUpload(path: string): boolean {
  return apiPath(path) === "/media";
}

/**
 * Reads a body within its bounds before any route sees it, and hands it on as JSON whatever type it
 * was sent with: the admin API takes nothing else. The audit finds the text in `bodyText`.
 */
export async function boundAdminBody(
  c: Parameters<MiddlewareHandler<OperatorEnv>>[0],
  next: Parameters<MiddlewareHandler<OperatorEnv>>[1],
): Promise<Response | void> {
  const request = c.req.raw;
  if (request.body === null || isUpload(c.req.path)) return await next();
  const body = await readBoundedBody(request, {
    maxBytes: MAX_ADMIN_BYTES,
    timeoutMs: ADMIN_BODY_TIMEOUT_MS,
  });
  if (body.kind === "too_large") {
    return problem("too_large", `A request has at most ${MAX_ADMIN_BYTES} bytes`);
  }
  if (body.kind === "too_slow") {
    return problem("invalid", `The body took longer than ${ADMIN_BODY_TIMEOUT_MS} ms`);
  }
  c.set("bodyText", body.text);
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  c.req.raw = new Request(request.url, { method: request.method, headers, body: body.text });
  return await next();
}
