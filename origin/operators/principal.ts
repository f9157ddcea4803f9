/** What somebody may do: each role may do all that the ones before it may. */
export const ROLES = ["viewer", "operator", "admin"] as const;

/** `viewer` reads; `operator` runs sales; `admin` also manages operators and cleans up. */
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Principal {
  /** The operator's name, or `ADMIN_TOKEN`. */
  name: string;
  role: Role;
  /** How he showed who he is. */
  via: "token" | "session";
  /** Null for the token, which belongs to machines. */
  operatorId: number | null;
  /** Hex SHA-256 of the session's token; only of a session. */
  sessionId?: string;
}

/** Who shows `ADMIN_TOKEN`. */
export const TOKEN_PRINCIPAL: Principal = {
  name: "ADMIN_TOKEN",
  role: "admin",
  via: "token",
  operatorId: null,
};

/** True when a role reaches another. */
export function reaches(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** A browser that is signed in. */
export interface SignedIn {
  principal: Principal;
  /** What its forms must carry; follows from the session and is of no use without its cookie. */
  csrf: string;
}

/**
 * Hono's environment of admin API and back office. `Bindings` are given by code that calls `fetch`
 * in this process and never by a request: who is named there has been checked.
 */
export interface OperatorEnv {
  Bindings: { principal?: Principal; requestId?: string; peer?: string };
  Variables: {
    principal: Principal;
    requestId: string;
    /** The body of a change as it was read within its bounds; none of an upload. */
    bodyText?: string;
  };
}

/** Reads who is signed in from a request's cookie; null for nobody. Checks no CSRF token. */
export interface OperatorSessions {
  read(headers: Headers, nowMs: number): Promise<SignedIn | null>;
}
