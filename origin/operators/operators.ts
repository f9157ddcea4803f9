import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { AuditBook } from "./audit_book.ts";
import type { OperatorBook } from "./operator_book.ts";
import { OperatorDesk } from "./operator_desk.ts";
import { PasswordHasher } from "./password_hash.ts";
import { SessionDesk } from "./session_desk.ts";
import { SignInDesk } from "./sign_in_desk.ts";

/** What operators are made with. */
export interface OperatorParts {
  operatorBook: OperatorBook;
  audit: AuditBook;
  adminToken: string;
  clock: Clock;
  /** A text that was never made before. */
  newId(): string;
  log: Log;
  /** With less work in tests. */
  hasher?: PasswordHasher;
}

/** Who may work in the back office: the door, the sessions, and their management. */
export interface Operators {
  door: SignInDesk;
  sessions: SessionDesk;
  desk: OperatorDesk;
  /** Removes what has ended; called every `OPERATOR_SWEEP_MS`. */
  sweep(): Promise<void>;
}

/** How often ended sessions and forgotten tries are removed. */
export const OPERATOR_SWEEP_MS = 60_000;

/** Rows of each kind that one sweep removes: more than a minute of sign-ins can leave. */
const SWEPT_ROWS = 1_000;

/** Puts them together. */
export function openOperators(parts: OperatorParts): Operators {
  const { operatorBook: book, hasher = new PasswordHasher() } = parts;
  const sessions = new SessionDesk({ book, clock: parts.clock });
  const door = new SignInDesk({ ...parts, book, sessions, hasher });
  return {
    door,
    sessions,
    desk: new OperatorDesk({ book, hasher, door }),
    async sweep() {
      await book.sweep(SWEPT_ROWS);
    },
  };
}
