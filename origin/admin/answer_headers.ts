import type { MiddlewareHandler } from "hono";

/**
 * What every answer of the admin API carries unless it says something else itself: no cache keeps
 * it, and no browser takes it for another type than it says.
 */
export const answerHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  if (!headers.has("x-content-type-options")) {
    c.res.headers.set("x-content-type-options", "nosniff");
  }
};
