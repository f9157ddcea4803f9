import { hc } from "hono/client";
import type { AdminApi } from "./admin_routes.ts";

/** How requests reach the admin API: over the network, or in the same process. */
export type AdminFetch = (request: Request) => Response | Promise<Response>;

/**
 * A client of the admin API whose paths, bodies and answers are typed by the routes themselves, as
 * in `client.sales[":id"].publish.$post({ param: { id: "7" } })`.
 *
 * @param baseUrl where `/admin/api` is, without the last slash
 */
export function adminClient(baseUrl: string, fetch: AdminFetch) {
  return hc<AdminApi>(`${baseUrl}/admin/api`, {
    fetch: (input: string | URL | Request, init?: RequestInit) => fetch(new Request(input, init)),
  });
}

/** The typed client. */
export type AdminClient = ReturnType<typeof adminClient>;
