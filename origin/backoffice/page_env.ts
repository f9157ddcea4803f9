import type { Context, Hono } from "hono";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { AdminClient } from "../admin/admin_client.ts";
import type { AdminParts } from "../admin/admin_parts.ts";
import type { Principal } from "../operators/principal.ts";
import type { Flash } from "./kit/flash.ts";

/** What every page of the back office finds in its context once its guard has let it through. */
export interface PageEnv {
  Bindings: { peer?: string };
  Variables: {
    principal: Principal;
    /** Hidden in every form; checked for every POST before the page's handler runs. */
    csrf: string;
    /** The admin API as this operator: the same checks, roles and audit as over the network. */
    api: AdminClient;
    /** IANA name of the zone in which the viewer sees and enters times. */
    zone: string;
    /** What the last page has to say, once. */
    flash: Flash | null;
  };
}

export type PageApp = Hono<PageEnv>;
export type PageContext = Context<PageEnv>;

/** What the pages are made with, beside the client in their context. */
export interface PageParts {
  /** For what only pages need and the API does not offer; changes go through the API. */
  admin: AdminParts;
  /** The OpenAPI document of the admin API, as it is served. */
  apiDocument(): Promise<unknown>;
  clock: Clock;
  log: Log;
}
