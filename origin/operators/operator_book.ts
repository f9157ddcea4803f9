import type { Page } from "../orders/order_book.ts";
import type { Role } from "./principal.ts";

/** An operator of the back office. Times in ms. */
export interface Operator {
  id: number;
  name: string;
  role: Role;
  /** Lets nobody in under this name. */
  disabled: boolean;
  /** Until when no password is looked at; 0 when nothing is locked. */
  lockedUntil: number;
  createdAt: number;
  updatedAt: number;
}

/** An operator with what his password is held against. */
export interface OperatorCredential {
  operator: Operator;
  passwordHash: string;
}

/** A new operator. */
export interface NewOperator {
  name: string;
  role: Role;
  passwordHash: string;
}

/** A change of an operator: what is left out stays. */
export interface OperatorChanges {
  role?: Role;
  disabled?: boolean;
  passwordHash?: string;
  /** What the old password was held against: nothing is changed when it is another by now. */
  passwordHashBefore?: string;
}

/** What became of a wish to add an operator. */
export type CreateResult = { kind: "done"; operator: Operator } | { kind: "taken" | "full" };

/** What became of a change; after a refusal nothing was changed. */
export type ChangeResult =
  | { kind: "done"; operator: Operator }
  | { kind: "not_found" }
  | { kind: "outdated" }
  | { kind: "last_admin" };

/** Whether a password may be looked at now. `until` in ms. */
export type TryResult = { kind: "free"; failed: number } | { kind: "locked"; until: number };

/** A session as it is kept. Times in ms. */
export interface SessionRow {
  /** Hex SHA-256 of the cookie's token. */
  tokenHash: string;
  operatorId: number;
  createdAt: number;
  seenAt: number;
  expiresAt: number;
}

/** A session to begin. `passwordHash` is what the password was held against. */
export interface NewSession extends Pick<SessionRow, "tokenHash" | "operatorId" | "expiresAt"> {
  passwordHash: string;
}

/** A live session with whose it is. */
export interface LiveSession extends SessionRow {
  name: string;
  role: Role;
}

/** Rows that a sweep removed. */
export interface Swept {
  sessions: number;
  tries: number;
}

/** Most operators. */
export const MAX_OPERATORS = 1_000;

/** Most sessions of one operator: the one that was seen longest ago ends for a new one. */
export const MAX_SESSIONS_EACH = 20;

/** A session that nobody uses ends after this. */
export const SESSION_IDLE_MS = 2 * 3_600_000;

/** How exactly `seenAt` is kept. */
export const SEEN_STEP_MS = 60_000;

/** Tries of a name are forgotten when it was left alone for this long. */
export const TRIES_KEPT_MS = 4 * 3_600_000;

/**
 * Who may work in the back office, who is signed in, and wrong passwords in a row. Operators are
 * never deleted, so that the audit log always means somebody. Operations throw `DatabaseError` when
 * they did not happen.
 */
export interface OperatorBook {
  count(): Promise<number>;
  /** Adds the very first operator, an admin; null when there is one already. */
  createFirst(name: string, passwordHash: string): Promise<Operator | null>;
  create(operator: NewOperator): Promise<CreateResult>;
  get(id: number): Promise<Operator | null>;
  /** By name, whatever its case. */
  find(name: string): Promise<OperatorCredential | null>;
  /** By id. */
  list(page: number, per: number): Promise<Page<Operator>>;
  /**
   * Disabling and a new password end all sessions; a new password also unlocks. The last admin who
   * is not disabled stays one.
   */
  change(id: number, changes: OperatorChanges): Promise<ChangeResult>;
  /** Replaces a hash by a stronger one of the same password; false when it changed meanwhile. */
  rehash(id: number, before: string, after: string): Promise<boolean>;

  /**
   * Counts a try before its password is looked at, so that many at once cannot pass the bound. The
   * name need not be an operator's: all are counted alike. `deviceTries` gives names of their own.
   */
  beginTry(name: string): Promise<TryResult>;
  /** Until when a name is locked, ms; 0 when it is not. */
  lockedUntil(name: string): Promise<number>;
  /** After a right password, or when an admin unlocks. */
  forgetTries(name: string): Promise<void>;

  /** False, and no session, when the operator is disabled or has another password by now. */
  openSession(session: NewSession): Promise<boolean>;
  /** The live session of an operator who is not disabled; notes that it was seen. */
  readSession(tokenHash: string): Promise<LiveSession | null>;
  /** Live sessions of an operator, seen last first. */
  listSessions(operatorId: number): Promise<SessionRow[]>;
  endSession(tokenHash: string): Promise<void>;
  /** Ends all sessions of an operator but one; returns how many. */
  endOtherSessions(operatorId: number, tokenHash: string): Promise<number>;
  /** Removes at most so many rows each of sessions that ended and tries that are forgotten. */
  sweep(limit: number): Promise<Swept>;
}
