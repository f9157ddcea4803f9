import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { secretCheck } from "../../shared/secret.ts";
import { adminClient, type AdminFetch } from "../admin/admin_client.ts";
import type { OperatorSessions, Principal } from "../operators/principal.ts";
import { takeFlash } from "./kit/flash.ts";
import type { PageEnv } from "./page_env.ts";

/** Pages load and send nothing but to their own host, and nobody frames them. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Most bytes of a form; pictures go to the API. */
const MAX_FORM_BYTES = 256 * 1024;

const ZONE_COOKIE = "dropgate_admin_zone";

/** What the guard works with. */
export interface GuardParts {
  sessions: OperatorSessions;
  /** Calls the admin API in this process as somebody. */
  callApi(principal: Principal): AdminFetch;
  clock(): number;
}

/**
 * Lets through who is signed in, and forms only from our own pages: same origin by the browser's
 * word, and with the CSRF token of the session. Everybody else is sent to the sign-in page.
 */
export function pageGuard(parts: GuardParts): MiddlewareHandler<PageEnv> {
  return async function guard(c, next) {
    setPageHeaders(c.header.bind(c));
    const signedIn = await parts.sessions.read(c.req.raw.headers, parts.clock());
    if (signedIn === null) {
      const to = c.req.method === "GET" ? c.req.path + new URL(c.req.url).search : "/admin";
      return c.redirect(`/admin/sign-in?to=${encodeURIComponent(to)}`, 303);
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const site = c.req.header("sec-fetch-site");
      const length = Number(c.req.header("content-length") ?? NaN);
      if (!(length <= MAX_FORM_BYTES)) return c.text("This form is too large", 413);
      const form = await c.req.formData().catch(() => null);
      const given = form?.get("csrf");
      const own = (site === undefined || site === "same-origin") &&
        typeof given === "string" && secretCheck(signedIn.csrf)(given);
      if (!own) return c.text("This form is not from this page. Go back and load it again.", 403);
    }
    c.set("principal", signedIn.principal);
    c.set("csrf", signedIn.csrf);
    c.set("zone", readZone(getCookie(c, ZONE_COOKIE)));
    c.set("flash", takeFlash(c));
    c.set("api", adminClient("http://admin.invalid", parts.callApi(signedIn.principal)));
    return await next();
  };
}

/** What every page of the back office carries. */
export function setPageHeaders(set: (name: string, value: string) => void): void {
  set("content-security-policy", PAGE_POLICY);
  set("x-content-type-options", "nosniff");
  set("x-frame-options", "DENY");
  set("referrer-policy", "same-origin");
  set("cross-origin-opener-policy", "same-origin");
  set("cache-control", "no-store");
}

/** The zone that the browser told, if there is such a zone; UTC otherwise. */
function readZone(name: string | undefined): string {
  if (name === undefined || name.length > 64) return "UTC";
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
