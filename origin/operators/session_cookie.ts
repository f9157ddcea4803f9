import { createHash, createHmac } from "node:crypto";

/** The cookie that carries a session over plain http. */
export const ADMIN_COOKIE = "dropgate_admin";

/**
 * The same over https. Browsers take this name from nobody but this very host and only over https,
 * so it counts before the other one.
 */
export const SECURE_ADMIN_COOKIE = secureName(ADMIN_COOKIE);

function secureName(cookie: string): string {
  return `__Host-${cookie}`;
}

/** Longest `Cookie` header that is searched. */
const MAX_COOKIE_LENGTH = 8_192;

/** A token as `makeSecret` makes it: 32 bytes. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The token of a request's session cookie, or null. */
export function sessionToken(headers: Headers): string | null {
  return cookieToken(headers, ADMIN_COOKIE);
}

/** The token in a cookie of this name, or null; the same name for https alone counts before it. */
export function cookieToken(headers: Headers, cookie: string): string | null {
  const cookies = headers.get("cookie");
  if (cookies === null || cookies.length > MAX_COOKIE_LENGTH) return null;
  let plain: string | null = null;
  for (const part of cookies.split(";")) {
    const at = part.indexOf("=");
    if (at <= 0) continue;
    const name = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (name === secureName(cookie)) return TOKEN.test(value) ? value : null;
    if (name === cookie) plain ??= value;
  }
  return plain !== null && TOKEN.test(plain) ? plain : null;
}

/** What is kept of a token: its SHA-256 in hex. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What forms of this session carry; nobody without the token can make it. */
export function csrfToken(token: string): string {
  return createHmac("sha256", token).update("dropgate admin form").digest("base64url");
}

/**
 * Whether a browser came by https, by its own word: it names the origin of every form, and nobody
 * but itself would be harmed by a wrong one. So no header of a proxy need be trusted.
 */
export function cameByHttps(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== "null") return origin.startsWith("https://");
  return new URL(request.url).protocol === "https:";
}

/** The cookie of a session, for so many seconds. */
export function sessionCookie(token: string, maxAgeS: number, secure: boolean): string {
  return strictCookie(ADMIN_COOKIE, token, maxAgeS, secure);
}

/** A cookie that no script reads and no other site sends, for so many seconds. */
export function strictCookie(
  name: string,
  value: string,
  maxAgeS: number,
  secure: boolean,
): string {
  const rules = `Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict`;
  return secure
    ? `${secureName(name)}=${value}; Path=/; ${rules}; Secure`
    : `${name}=${value}; Path=/admin; ${rules}`;
}

/** What takes the cookie of a session away, whichever name it has. */
export function noSessionCookies(): string[] {
  return [sessionCookie("", 0, false), sessionCookie("", 0, true)];
}
