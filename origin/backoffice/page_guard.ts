import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { secretCheck } from "../../shared/secret.ts";
import { adminClient, type AdminFetch } from "../admin/admin_client.ts";
import type { OperatorSessions, Principal } from "../operators/principal.ts";
import { type BodyLimits, readBoundedBytes } from "../internal/bounded_body.ts";
import { takeFlash } from "./kit/flash.ts";
import { foreignFormPage, largeFormPage, notFoundPage } from "./kit/problem_page.tsx";
import { isOwnWrite, replacedHost } from "../operators/own_request.ts";
import type { PageContext, PageEnv } from "./page_env.ts";

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

/** Most bytes of a form. */
const MAX_FORM_BYTES = 256 * 1024;

/** Most bytes of a form with a picture: 2 MB of picture and what goes around it. */
const MAX_PICTURE_FORM_BYTES = 2_300_000;

/** How long a form has to arrive. */
const FORM_TIMEOUT_MS = 30_000;

/** Forms that may carry a picture. */
const PICTURE_FORMS = /^\/admin\/products\/(new|\d{1,15}\/pictures)$/;

/** Most bytes of the forms before signing in. */
const MAX_DOOR_FORM_BYTES = 16 * 1024;

/** Pages for who is not signed in: no principal is set there, nor a client of the API. */
const DOORS: ReadonlySet<string> = new Set(["/admin/sign-in", "/admin/setup"]);

const ZONE_COOKIE = "dropgate_admin_zone";

/** What the guard works with. */
export interface GuardParts {
  sessions: OperatorSessions;
  /** Calls the admin API in this process as somebody. */
  callApi(principal: Principal, peer?: string): AdminFetch;
  clock(): number;
  log: { warning(message: string, properties: Record<string, unknown>): void };
  /** How long a form has to arrive; `FORM_TIMEOUT_MS` when left out. */
  formTimeoutMs?: number;
}

/** Pause between two lines of the log about replaced hosts: anybody can cause them. */
const HOST_WARNING_EVERY_MS = 10 * 60_000;

/** What no id holds: an address with it would mean another address to whoever reads it next. */
// deno-lint-ignore no-control-regex
const NO_SEGMENT = /[/\\?#\u0000-\u001f\u007f]|^\.{1,2}$/;

/**
 * Lets through who is signed in, and forms only from our own pages: same origin by the browser's
 * word, and with the CSRF token of the session. Everybody else is sent to the sign-in page.
 */
export function pageGuard(parts: GuardParts): MiddlewareHandler<PageEnv> {
  const { formTimeoutMs: timeoutMs = FORM_TIMEOUT_MS } = parts;
  let warnedAt = -Infinity;

  /** Refuses a form that is not our own page's; behind a proxy that replaces `Host` none ever is. */
  function refuseForeign(c: PageContext): Response | Promise<Response> {
    const replaced = replacedHost(c.req.raw.headers);
    const nowMs = parts.clock();
    if (replaced !== null && Math.abs(nowMs - warnedAt) >= HOST_WARNING_EVERY_MS) {
      warnedAt = nowMs;
      parts.log.warning(
        "A form of {origin} came with the Host {host}: a proxy in front must pass Host on",
        replaced,
      );
    }
    return foreignFormPage(c, replaced);
  }

  /** Lets everybody to the pages before signing in, and their forms only from themselves. */
  async function throughDoor(c: PageContext, next: () => Promise<void>) {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      if (!isOwnWrite(c.req.raw.headers)) return refuseForeign(c);
      const form = await readFormTwice(c, { maxBytes: MAX_DOOR_FORM_BYTES, timeoutMs });
      if (form === "too_large") return largeFormPage(c);
      if (form === null) return foreignFormPage(c);
    }
    c.set("zone", readZone(getCookie(c, ZONE_COOKIE)));
    c.set("flash", takeFlash(c));
    return await next();
  }

  return async function guard(c, next) {
    setPageHeaders(c.header.bind(c));
    if (DOORS.has(c.req.path)) return await throughDoor(c, next);
    const signedIn = await parts.sessions.read(c.req.raw.headers, parts.clock());
    if (signedIn === null) {
      const to = c.req.method === "GET" ? c.req.path + new URL(c.req.url).search : "/admin";
      return c.redirect(`/admin/sign-in?to=${encodeURIComponent(to)}`, 303);
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const most = PICTURE_FORMS.test(c.req.path) ? MAX_PICTURE_FORM_BYTES : MAX_FORM_BYTES;
      const form = await readFormTwice(c, { maxBytes: most, timeoutMs });
      if (form === "too_large") return largeFormPage(c);
      const given = form?.get("csrf");
      const own = isOwnWrite(c.req.raw.headers);
      if (!own) return refuseForeign(c);
      const isOurs = typeof given === "string" && secretCheck(signedIn.csrf)(given);
      if (!isOurs) return foreignFormPage(c);
    }
    c.set("principal", signedIn.principal);
    c.set("csrf", signedIn.csrf);
    c.set("zone", readZone(getCookie(c, ZONE_COOKIE)));
    if (!hasPlainSegments(c.req.url)) return notFoundPage(c);
    c.set("flash", takeFlash(c));
    const call = parts.callApi(signedIn.principal, c.env?.peer);
    c.set("api", adminClient("http://admin.invalid", call));
    return await next();
  };
}

/** Whether every segment of an address, decoded, can be a word or an id. */
function hasPlainSegments(url: string): boolean {
  try {
    return new URL(url).pathname.split("/")
      .every((segment) => !NO_SEGMENT.test(decodeURIComponent(segment)));
  } catch {
    return false;
  }
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

/**
 * The form of a request, whose body the page can read once more; null for what is no form, or does
 * not arrive.
 */
async function readFormTwice(
  c: PageContext,
  limits: BodyLimits,
): Promise<FormData | "too_large" | null> {
  const { url, method, headers } = c.req.raw;
  const body = await readBoundedBytes(c.req.raw, limits);
  if (body.kind !== "read") return body.kind === "too_large" ? "too_large" : null;
  const bytes = new Uint8Array(body.bytes);
  c.req.raw = new Request(url, { method, headers, body: bytes });
  return await new Response(bytes, { headers }).formData().catch(() => null);
}
