import type { Context, Hono } from "hono";
import { problem } from "../shared/problem.ts";
import { plainProblem } from "./answers.ts";
import type { PageStore } from "./pages/page_store.tsx";

interface KnownPath {
  pattern: RegExp;
  methods: Set<string>;
}

/**
 * What to answer where no route fits: 405 with `Allow` when the address takes another method, a
 * page for people, a problem for programs. Made after all routes were added.
 */
export function notFoundHandler(app: Hono, pages: PageStore): (c: Context) => Response {
  const known = knownPaths(app);
  return function notFound(c) {
    const path = c.req.path;
    const methods = known.find((one) => one.pattern.test(path))?.methods;
    if (methods && !methods.has(c.req.method)) {
      return problem("method_not_allowed", undefined, undefined, {
        allow: [...methods].sort().join(", "),
      });
    }
    const forPeople = !path.startsWith("/api/") &&
      (c.req.method === "GET" || c.req.method === "HEAD") &&
      (c.req.header("accept") ?? "").includes("text/html");
    return forPeople ? pages.notFound.respond(c.req.raw) : plainProblem("not_found");
  };
}

function knownPaths(app: Hono): KnownPath[] {
  const byPath = new Map<string, KnownPath>();
  for (const { path, method } of app.routes) {
    // "ALL" is middleware.
    if (method === "ALL") continue;
    const known = byPath.get(path) ?? { pattern: patternOf(path), methods: new Set<string>() };
    known.methods.add(method);
    if (method === "GET") known.methods.add("HEAD");
    byPath.set(path, known);
  }
  return [...byPath.values()];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")}$`);
}
