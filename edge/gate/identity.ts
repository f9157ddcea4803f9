import type { Claims } from "../../shared/claims.ts";
import type { Clock } from "../../shared/clock.ts";
import { type Session, SessionSigner } from "../../shared/session.ts";
import { GenerationCache } from "./generation_cache.ts";

/** The cookie that carries a session token. */
export const SESSION_COOKIE = "dropgate_session";

/**
 * The same over https, and the only one that counts there. Browsers take this name from nobody but
 * this very host, so no neighbour under the same domain can put a session of its own in the place of
 * a customer's, or where he has none.
 */
export const SECURE_SESSION_COOKIE = `__Host-${SESSION_COOKIE}`;

/**
 * How long a session lasts, however soon the shop's token ends: that one says until when it may be
 * exchanged, and often that is a minute. Nothing but a block ends a session sooner.
 */
export const SESSION_TTL_MS = 12 * 3_600_000;

/**
 * Sessions whose signature needs no second look. About 300 bytes each without claims and at most
 * 900 with them: 60 to 180 MB.
 */
const MAX_CACHED_SESSIONS = 200_000;

/** Tokens with more claims than this has room for are read anew each time: at most 30 µs. */
const MAX_CACHED_TOKEN_LENGTH = 512;

/** Longest `Cookie` header that is searched. */
const MAX_COOKIE_LENGTH = 8_192;

/** A fresh session with its token. */
export interface IssuedSession {
  token: string;
  session: Session;
}

/**
 * Knows who is asking. Only tokens with a good signature are kept, so that made-up ones can neither
 * fill the cache nor push anybody out of it.
 */
export class Identity {
  readonly #signer: SessionSigner;
  readonly #clock: Clock;
  readonly #shopOrigins: ReadonlySet<string>;
  readonly #cache: GenerationCache<Session>;

  constructor(
    parts: { sessionKey: string; clock: Clock; shopOrigins: string[]; maxCached?: number },
  ) {
    this.#signer = new SessionSigner(parts.sessionKey);
    this.#clock = parts.clock;
    this.#shopOrigins = new Set(parts.shopOrigins);
    this.#cache = new GenerationCache(parts.maxCached ?? MAX_CACHED_SESSIONS);
  }

  /** How many sessions the cache holds. */
  get cachedCount(): number {
    return this.#cache.size;
  }

  /** Begins a session. It is kept at once, so that the rush finds it without a signature check. */
  issue(userId: string, level: number, claims?: Claims): IssuedSession {
    const expiresAt = this.#clock() + SESSION_TTL_MS;
    const plain = { userId, level, expiresAt };
    const session = claims === undefined ? plain : { ...plain, claims };
    const token = this.#signer.sign(session);
    this.#keep(token, session);
    return { token, session };
  }

  /** The live session of a token, or null. */
  verify(token: string): Session | null {
    let session = this.#cache.get(token);
    if (session === undefined) {
      const read = this.#signer.read(token);
      if (read === null) return null;
      session = read;
      this.#keep(token, session);
    }
    if (session.expiresAt > this.#clock()) return session;
    this.#cache.delete(token);
    return null;
  }

  /** Who sends a request that changes nothing. `secure` when it came by https. */
  reader(headers: Headers, secure: boolean): Session | null {
    const bearer = bearerHeader(headers);
    if (bearer !== null) return this.#verifyBearer(bearer);
    const token = cookieToken(headers, secure);
    return token === null ? null : this.verify(token);
  }

  /**
   * Who sends a request that changes something. A browser adds the cookie to requests that other
   * sites start, so a cookie counts only for requests of our own pages and of the shop's listed
   * origins. A bearer token is never added by a browser and always counts. `secure` when the request
   * came by https.
   */
  writer(headers: Headers, secure: boolean): Session | null {
    const bearer = bearerHeader(headers);
    if (bearer !== null) return this.#verifyBearer(bearer);
    const token = cookieToken(headers, secure);
    return token === null || !this.isOwnRequest(headers, secure) ? null : this.verify(token);
  }

  #keep(token: string, session: Session): void {
    if (token.length <= MAX_CACHED_TOKEN_LENGTH) this.#cache.set(token, session);
  }

  #verifyBearer(header: string): Session | null {
    const token = bearerToken(header);
    return token === null ? null : this.verify(token);
  }

  /**
   * Whether a form that signs somebody in was sent by a page of ours or of the shop: any other site
   * could sign its visitors in as somebody else, who then gets what they pay for. Browsers tell the
   * origin of every POST; whatever sends none is no browser and has `/api/session`.
   */
  isHandOver(headers: Headers, secure: boolean): boolean {
    const origin = headers.get("origin");
    if (origin === null) return false;
    if (this.#shopOrigins.has(origin)) return true;
    const site = headers.get("sec-fetch-site");
    return (site === null || site === "same-origin") &&
      isOwnOrigin(origin, headers.get("host"), secure);
  }

  /**
   * Whether a page of ours or of the shop's listed origins sends this, or no page at all.
   * `Sec-Fetch-Site` cannot be set by scripts and settles it where it is sent. Older browsers send
   * `Origin` with every POST. With neither it is no browser, or a very old one: then only JSON is
   * taken, which a form of another site cannot send and its script not without our consent.
   */
  isOwnRequest(headers: Headers, secure: boolean): boolean {
    const origin = headers.get("origin");
    if (origin !== null && this.#shopOrigins.has(origin)) return true;
    const site = headers.get("sec-fetch-site");
    if (site !== null) return site === "same-origin";
    if (origin !== null) return isOwnOrigin(origin, headers.get("host"), secure);
    // A form always names a type, and a script that posts to another site its origin.
    const type = headers.get("content-type");
    return type === null || /^application\/json\b/i.test(type);
  }
}

/** The token of an `Authorization: Bearer …` header, or null. */
export function bearerToken(header: string): string | null {
  if (header.length < 8 || header.slice(0, 7).toLowerCase() !== "bearer ") return null;
  return header.slice(7).trim();
}

/** The header where its scheme is Bearer; any other is for somebody else, such as a proxy. */
function bearerHeader(headers: Headers): string | null {
  const header = headers.get("authorization");
  return header !== null && /^bearer(?:\s|$)/i.test(header) ? header : null;
}

/**
 * Whether a page of this very host sends it. Over https that is no page of plain http, which whoever
 * is on the line can write. The other way round both count: an edge that does not trust the front
 * that ends https sees http.
 */
function isOwnOrigin(origin: string, host: string | null, secure: boolean): boolean {
  if (host === null) return false;
  return origin === `https://${host}` || (!secure && origin === `http://${host}`);
}

/**
 * The first cookie of the name counts; the one that no neighbour can set counts before the other, and
 * alone over https.
 */
function cookieToken(headers: Headers, secure: boolean): string | null {
  const cookies = headers.get("cookie");
  if (cookies === null || cookies.length > MAX_COOKIE_LENGTH) return null;
  let found: string | null = null;
  for (const part of cookies.split(";")) {
    const at = part.indexOf("=");
    if (at <= 0) continue;
    const name = part.slice(0, at).trim();
    if (name === SECURE_SESSION_COOKIE) return part.slice(at + 1).trim();
    if (!secure && name === SESSION_COOKIE) found ??= part.slice(at + 1).trim();
  }
  return found;
}

/** The cookie of a session. `secure` when the buyer came by https. */
export function sessionCookie(issued: IssuedSession, nowMs: number, secure: boolean): string {
  const maxAgeS = Math.max(0, Math.floor((issued.session.expiresAt - nowMs) / 1000));
  return cookieOf(issued.token, maxAgeS, secure);
}

/** What takes the cookie of a session away, whichever name it has. */
export function noSessionCookies(): string[] {
  return [cookieOf("", 0, false), cookieOf("", 0, true)];
}

function cookieOf(token: string, maxAgeS: number, secure: boolean): string {
  const name = secure ? SECURE_SESSION_COOKIE : SESSION_COOKIE;
  return `${name}=${token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax` +
    (secure ? "; Secure" : "");
}
