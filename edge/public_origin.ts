import type { Context } from "hono";

/** Whether the buyer came by https, as far as this edge or the proxy in front of it can tell. */
export function cameByHttps(c: Context): boolean {
  return new URL(c.req.url).protocol === "https:" || isHttps(c.req.header("x-forwarded-proto"));
}

/** Scheme, host and port under which the buyer reached this shop. */
export function publicOrigin(c: Context): string {
  const { host } = new URL(c.req.url);
  return `${cameByHttps(c) ? "https" : "http"}://${host}`;
}

/** The first proxy's word, where several have added theirs. */
function isHttps(forwarded: string | undefined): boolean {
  return forwarded?.split(",")[0]?.trim() === "https";
}
