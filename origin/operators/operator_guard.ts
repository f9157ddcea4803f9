import type { MiddlewareHandler } from "hono";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import { problem } from "../../shared/problem.ts";
import { secretCheck } from "../../shared/secret.ts";
import { isOwnRead, isOwnWrite } from "./own_request.ts";
import {
  type OperatorEnv,
  type OperatorSessions,
  type Principal,
  reaches,
  TOKEN_PRINCIPAL,
} from "./principal.ts";
import { apiPath, isPlainPath } from "./route_pattern.ts";
import { neededRole } from "./route_roles.ts";

/** What the guard works with. */
export interface OperatorGuardParts {
  operatorSessions: OperatorSessions;
  clock: Clock;
  log: Log;
}

/**
 * Lets through who shows `Authorization: Bearer <ADMIN_TOKEN>`, a browser that is signed in, and
 * whom code in this process has checked already; each as far as his role reaches. The token is
 * compared in constant time, and never locked out by address: operators behind one proxy must not
 * shut each other out.
 */
export function operatorGuard(
  token: string,
  parts: OperatorGuardParts,
): MiddlewareHandler<OperatorEnv> {
  const isToken = secretCheck(token);

  async function principalOf(request: Request): Promise<Principal | Response> {
    const authorization = request.headers.get("authorization");
    if (authorization !== null) {
      const [, given] = /^Bearer +(.+)$/i.exec(authorization) ?? [];
      return isToken(given) ? TOKEN_PRINCIPAL : unauthenticated();
    }
    const signedIn = await parts.operatorSessions.read(request.headers, parts.clock());
    if (signedIn === null) return unauthenticated();
    const isRead = request.method === "GET" || request.method === "HEAD";
    const csrf = request.headers.get("x-csrf-token") ?? undefined;
    const isOwn = isRead
      ? isOwnRead(request.headers)
      : isOwnWrite(request.headers) && secretCheck(signedIn.csrf)(csrf);
    return isOwn
      ? signedIn.principal
      : problem("forbidden", "This did not come from the back office's own pages");
  }

  return async function guard(c, next) {
    const principal = c.env?.principal ?? await principalOf(c.req.raw);
    if (principal instanceof Response) return principal;
    const { method } = c.req;
    const path = apiPath(c.req.path);
    // Patterns and routers need not agree on what such an address is.
    if (!isPlainPath(path)) return problem("not_found");
    const needed = neededRole(method, path);
    if (!reaches(principal.role, needed)) {
      const { name, role } = principal;
      parts.log.warning("{name} ({role}) may not {method} {path}", { name, role, method, path });
      return problem("forbidden", `This needs the role ${needed}: yours is ${role}`);
    }
    c.set("principal", principal);
    return await next();
  };
}

function unauthenticated(): Response {
  const headers = { "www-authenticate": 'Bearer realm="dropgate-admin"' };
  return problem("unauthenticated", "The admin token is missing or wrong", undefined, headers);
}
