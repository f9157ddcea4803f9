import { hc } from "hono/client";
import type { AdminApi } from "./admin_routes.ts";

/** How requests reach the admin API: over the network, or in the same process. */
export type AdminFetch = (request: Request) => Response | Promise<Response>;

/**
 * A client of the admin API whose paths, bodies and answers are typed by the routes themselves, as
 * in `client.sales[":id"].publish.$post({ param: { id: "7" } })`. Whatever an id holds stays within
 * its place of the path.
 *
 * @param baseUrl where `/admin/api` is, without the last slash
 */
export function adminClient(baseUrl: string, fetch: AdminFetch) {
  return escaping(hc<AdminApi>(`${baseUrl}/admin/api`, {
    fetch: (input: string | URL | Request, init?: RequestInit) => fetch(new Request(input, init)),
  }));
}

/** Hono's client puts parameters into the path as they are: escapes them on their way there. */
// deno-lint-ignore ban-types
function escaping<T extends object | Function>(client: T): T {
  return new Proxy(client, {
    get(target, key) {
      const part: unknown = Reflect.get(target, key);
      return typeof part === "function" ? escaping(part) : part;
    },
    apply(target, self, [args, ...others]: unknown[]) {
      const { param } = (args ?? {}) as { param?: Record<string, string> };
      const escaped = param === undefined ? args : { ...args as object, param: escapeAll(param) };
      return Reflect.apply(target as () => unknown, self, [escaped, ...others]);
    },
  });
}

function escapeAll(param: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(param).map(([name, value]) => [name, escapeSegment(String(value))]),
  );
}

/** A segment of a path. What would not be one at all becomes the id of nothing. */
function escapeSegment(text: string): string {
  // Addresses drop these two however they are written, and Hono a segment without a letter.
  if (text === "." || text === "..") return text.replaceAll(".", "%252E");
  return text === "" ? "%2520" : encodeURIComponent(text);
}

/** The typed client. */
export type AdminClient = ReturnType<typeof adminClient>;
