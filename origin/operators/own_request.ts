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

/** Either scheme counts: whoever ends https in front of us speaks http with us. */
function isOwnOrigin(origin: string, host: string | null): boolean {
  return host !== null && (origin === `https://${host}` || origin === `http://${host}`);
}
