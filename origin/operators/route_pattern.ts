/** A route as its tables write it, taken apart: `PATCH /sales/{id}`. */
interface RoutePattern {
  method: string;
  path: RegExp;
}

const known = new Map<string, RoutePattern>();

/**
 * The parameters of a path when it fits a route, null when it does not. In a route `*` stands for
 * every method, `{name}` for one segment, and a slash at the end for everything below. Routes are
 * texts of the program, so what is kept of them is bounded.
 */
export function matchRoute(
  route: string,
  method: string,
  path: string,
): Record<string, string> | null {
  const pattern = known.get(route) ?? readRoute(route);
  if (pattern.method !== "*" && pattern.method !== method) return null;
  const found = pattern.path.exec(path);
  return found === null ? null : { ...found.groups };
}

function readRoute(route: string): RoutePattern {
  const [method = "", path = ""] = route.split(" ");
  const source = path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  const pattern = { method, path: new RegExp(`^${source}${path.endsWith("/") ? "[^]+" : ""}$`) };
  known.set(route, pattern);
  return pattern;
}

/** Where the admin API is mounted. */
const API_BASE = "/admin/api";

/** Control characters, and what some take for the end of a line: no address of the API has any. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Whether the path of a request can be one of the admin API at all. */
export function isPlainPath(path: string): boolean {
  return !CONTROLS.test(path);
}

/** The path of a request below `/admin/api`, also where the API was called by itself. */
export function apiPath(path: string): string {
  return path.startsWith(`${API_BASE}/`) ? path.slice(API_BASE.length) : path;
}
