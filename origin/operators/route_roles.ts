import type { Role } from "./principal.ts";
import { matchRoute } from "./route_pattern.ts";

/**
 * Routes of the admin API, below `/admin/api`, whose role differs from the rule: GET is for viewers,
 * everything else for operators. `*` stands for every method; the first line that fits counts, and a
 * path that ends with a slash stands for everything below it.
 */
export const ROUTE_ROLES: readonly { route: string; role: Role }[] = [
  { route: "* /operators", role: "admin" },
  { route: "* /operators/", role: "admin" },
  // What concerns nobody but who asks.
  { route: "* /account", role: "viewer" },
  { route: "* /account/", role: "viewer" },
  { route: "POST /sales/{id}/clean-up", role: "admin" },
];

/** The role that a request needs; `path` below `/admin/api`, as `/sales/7`. */
export function neededRole(method: string, path: string): Role {
  for (const { route, role } of ROUTE_ROLES) {
    if (matchRoute(route, method, path) !== null) return role;
  }
  return method === "GET" || method === "HEAD" ? "viewer" : "operator";
}
