import type { MiddlewareHandler } from "hono";
import { problem } from "../../shared/problem.ts";
import { secretCheck } from "../../shared/secret.ts";
import { type OperatorEnv, TOKEN_PRINCIPAL } from "./principal.ts";

/**
 * Lets through who shows `Authorization: Bearer <ADMIN_TOKEN>`, and whom code in this process has
 * checked already. The token is compared in constant time, and never locked out by address:
 * operators behind one proxy must not shut each other out.
 */
export function operatorGuard(token: string): MiddlewareHandler<OperatorEnv> {
  const isToken = secretCheck(token);
  return async function guard(c, next) {
    const known = c.env?.principal;
    const [, given] = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
    if (known === undefined && !isToken(given)) {
      const headers = { "www-authenticate": 'Bearer realm="dropgate-admin"' };
      return problem("unauthenticated", "The admin token is missing or wrong", undefined, headers);
    }
    c.set("principal", known ?? TOKEN_PRINCIPAL);
    return await next();
  };
}
