/** Letters of a host's name that are told. */
const MAX_NAME = 200;

/**
 * Whether a page of this very host sends a request that changes something, by what no script and no
 * form of another site can set. Browsers tell `Sec-Fetch-Site` over https and on this machine, and
 * `Origin` with everything that changes; with neither it is no browser, and no browser's cookie.
 */
export function isOwnWrite(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (site === null && origin === null) return false;
  if (site !== null && site !== "same-origin") return false;
  return origin === null || isOwnOrigin(origin, headers.get("host"));
}

/** Whether a request that reads comes from our own pages, or from nobody's, as a typed address. */
export function isOwnRead(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  return origin === null || isOwnOrigin(origin, headers.get("host"));
}

/**
 * The two names of a request that a browser may well have meant for us, but that came with another
 * `Host` than the browser has: as behind a proxy that replaces it. Null for everything else.
 */
export function replacedHost(headers: Headers): { origin: string; host: string } | null {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const host = headers.get("host") ?? "";
  if (site !== null && site !== "same-origin") return null;
  if (origin === null || !/^https?:\/\//.test(origin) || isOwnOrigin(origin, host)) return null;
  return { origin: origin.slice(0, MAX_NAME), host: host.slice(0, MAX_NAME) };
}

/** Either scheme counts: whoever ends https in front of us speaks http with us. */
function isOwnOrigin(origin: string, host: string | null): boolean {
  return host !== null && (origin === `https://${host}` || origin === `http://${host}`);
}
