import type { Clock } from "../../shared/clock.ts";
import { makeSecret } from "../../shared/secret.ts";
import type { NewSession, OperatorBook } from "./operator_book.ts";
import type { OperatorSessions, SignedIn } from "./principal.ts";
import { csrfToken, sessionToken, tokenHash } from "./session_cookie.ts";

/** A session ends after this, however much it is used. */
export const SESSION_MS = 12 * 3_600_000;

/** A session that has just begun. Only the browser ever has its token. */
export interface FreshSession {
  token: string;
  maxAgeS: number;
}

/** What the sessions work with. */
export interface SessionParts {
  book: Pick<OperatorBook, "openSession" | "readSession" | "endSession">;
  clock: Clock;
  /** 43 characters of `A-Za-z0-9_-` from 32 random bytes. */
  newToken?: () => string;
}

/**
 * Who is signed in. Every request reads its session anew, so a role that was taken away, a disabled
 * operator and an ended session are noticed at once.
 */
export class SessionDesk implements OperatorSessions {
  constructor(readonly parts: SessionParts) {}

  async read(headers: Headers): Promise<SignedIn | null> {
    const token = sessionToken(headers);
    if (token === null) return null;
    const session = await this.parts.book.readSession(tokenHash(token));
    if (session === null) return null;
    const { name, role, operatorId, tokenHash: sessionId } = session;
    return {
      principal: { name, role, via: "session", operatorId, sessionId },
      csrf: csrfToken(token),
    };
  }

  /**
   * Begins a session for who knew the password of this hash; the one that the browser had before
   * ends. Null when the operator has another password by now, or is disabled.
   */
  async open(
    { operatorId, passwordHash }: Pick<NewSession, "operatorId" | "passwordHash">,
    headers: Headers,
  ): Promise<FreshSession | null> {
    const { book, clock, newToken = makeSecret } = this.parts;
    await this.end(headers);
    const token = newToken();
    const expiresAt = clock() + SESSION_MS;
    const session = { tokenHash: tokenHash(token), operatorId, expiresAt, passwordHash };
    if (!await book.openSession(session)) return null;
    return { token, maxAgeS: SESSION_MS / 1_000 };
  }

  /** Ends the session of a request, if it has one. */
  async end(headers: Headers): Promise<void> {
    const token = sessionToken(headers);
    if (token !== null) await this.parts.book.endSession(tokenHash(token));
  }
}
