import type { MiddlewareHandler } from "hono";
import { problem } from "../../shared/problem.ts";
import { secretCheck } from "../../shared/secret.ts";

/**
 * Lets through who shows `Authorization: Bearer <token>`. Compared in constant time, and never
 * locked out by address: operators behind one proxy must not shut each other out.
 */
export function requireBearer(token: string): MiddlewareHandler {
  const isToken = secretCheck(token);
  return async function bearerGuard(c, next) {
    const [, given] = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
    if (!isToken(given)) {
      const headers = { "www-authenticate": 'Bearer realm="dropgate-admin"' };
      return problem("unauthenticated", "The admin token is missing or wrong", undefined, headers);
    }
    return await next();
  };
}
