import type { Context } from "hono";
import { cameByTrustedProxy } from "./gate/client_address.ts";

/**
 * Whether the buyer came by https: as this edge sees it, or as a trusted proxy in front says.
 * Anybody else's `X-Forwarded-Proto` means nothing. Every buy asks, so no address is parsed.
 */
export function cameByHttps(c: Context): boolean {
  if (c.req.url.startsWith("https:")) return true;
  return isHttps(c.req.header("x-forwarded-proto")) && cameByTrustedProxy(c);
}

/**
 * Scheme, host and port under which the buyer reached this shop. Null when he named a host that no
 * URL can have: `Host` is whatever a client writes.
 */
export function publicOrigin(c: Context): string | null {
  const url = URL.parse(c.req.url);
  return url && `${cameByHttps(c) ? "https" : "http"}://${url.host}`;
}

/** The word of the proxy that the buyer called, where several have added theirs. */
function isHttps(forwarded: string | undefined): boolean {
  return forwarded?.split(",")[0]?.trim() === "https";
}
