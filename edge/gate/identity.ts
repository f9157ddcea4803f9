import type { Clock } from "../../shared/clock.ts";
import { type Session, SessionSigner } from "../../shared/session.ts";
import { GenerationCache } from "./generation_cache.ts";

/** The cookie that carries a session token. */
export const SESSION_COOKIE = "dropgate_session";

/** How long a session lasts. */
export const SESSION_TTL_MS = 12 * 3_600_000;

/** Sessions whose signature needs no second look. About 300 bytes each: 60 MB at most. */
const MAX_CACHED_SESSIONS = 200_000;

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
  issue(userId: string, level: number): IssuedSession {
    const session = { userId, level, expiresAt: this.#clock() + SESSION_TTL_MS };
    const token = this.#signer.sign(session);
    this.#cache.set(token, session);
    return { token, session };
  }

  /** The live session of a token, or null. */
  verify(token: string): Session | null {
    let session = this.#cache.get(token);
    if (session === undefined) {
      const read = this.#signer.read(token);
      if (read === null) return null;
      session = read;
      this.#cache.set(token, session);
    }
    if (session.expiresAt > this.#clock()) return session;
    this.#cache.delete(token);
    return null;
  }

  /** Who sends a request that changes nothing. */
  reader(headers: Headers): Session | null {
    const bearer = headers.get("authorization");
    if (bearer !== null) return this.#verifyBearer(bearer);
    const token = cookieToken(headers);
    return token === null ? null : this.verify(token);
  }

  /**
   * Who sends a request that changes something. A browser adds the cookie to requests that other
   * sites start, so a cookie counts only for requests of our own pages and of the shop's listed
   * origins. A bearer token is never added by a browser and always counts.
   */
  writer(headers: Headers): Session | null {
    const bearer = headers.get("authorization");
    if (bearer !== null) return this.#verifyBearer(bearer);
    const token = cookieToken(headers);
    return token === null || !this.#isOwnRequest(headers) ? null : this.verify(token);
  }

  #verifyBearer(header: string): Session | null {
    const token = bearerToken(header);
    return token === null ? null : this.verify(token);
  }

  /**
   * `Sec-Fetch-Site` cannot be set by scripts and settles it where it is sent. Older browsers send
   * `Origin` with every POST. With neither it is no browser, or a very old one: then only JSON is
   * taken, which a form of another site cannot send and its script not without our consent.
   */
  #isOwnRequest(headers: Headers): boolean {
    const origin = headers.get("origin");
    if (origin !== null && this.#shopOrigins.has(origin)) return true;
    const site = headers.get("sec-fetch-site");
    if (site !== null) return site === "same-origin";
    if (origin !== null) {
      return URL.canParse(origin) && new URL(origin).host === headers.get("host");
    }
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

function cookieToken(headers: Headers): string | null {
  const cookies = headers.get("cookie");
  if (cookies === null || cookies.length > MAX_COOKIE_LENGTH) return null;
  for (const part of cookies.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === SESSION_COOKIE) return part.slice(at + 1).trim();
  }
  return null;
}

/** The cookie of a session. `secure` when the buyer came by https. */
export function sessionCookie(issued: IssuedSession, nowMs: number, secure: boolean): string {
  const maxAgeS = Math.max(0, Math.floor((issued.session.expiresAt - nowMs) / 1000));
  return `${SESSION_COOKIE}=${issued.token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax` +
    (secure ? "; Secure" : "");
}
