import type { Hono } from "hono";
import { problem } from "../../shared/problem.ts";

/**
 * Makes every address that was registered so far answer 405 with `Allow` to the methods that it
 * does not take, instead of 404. Called after all routes.
 */
export function refuseOtherMethods(app: Hono): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    // Middleware stands under ALL and names no method of its own.
    if (method === "ALL") continue;
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === "GET") known.add("HEAD");
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort().join(", ");
    app.all(path, (c) => {
      const detail = `${c.req.method} is not one of ${allow}`;
      return problem("method_not_allowed", detail, undefined, { allow });
    });
  }
}
