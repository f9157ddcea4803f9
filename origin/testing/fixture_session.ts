import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { Database } from "../database/database.ts";
import type { OperatorBook } from "../operators/operator_book.ts";
import { openOperators, type Operators } from "../operators/operators.ts";
import { PasswordHasher } from "../operators/password_hash.ts";
import type { Role } from "../operators/principal.ts";
import { ADMIN_COOKIE, csrfToken } from "../operators/session_cookie.ts";
import { SqlAuditBook } from "../operators/sql_audit_book.ts";
import { SqlOperatorBook } from "../operators/sql_operator_book.ts";

/** An operator's session as his browser has it. */
export interface FixtureSession {
  id: number;
  name: string;
  /** The `Cookie` header. */
  cookie: string;
  csrf: string;
  /** What nothing but the cookie may ever hold. */
  token: string;
}

/** What a form carries of somebody whom a fixture has signed in by word alone. */
export const FIXTURE_CSRF = "csrf-of-the-fixture";

/** The operators of a fixture and what they did. */
export interface FixtureOffice {
  audit: SqlAuditBook;
  operatorBook: SqlOperatorBook;
  operators: Operators;
}

/** Puts them together, with password hashes that take next to no time. */
export function openFixtureOffice(
  database: Database,
  parts: { adminToken: string; clock: Clock; newId(): string; log: Log },
): FixtureOffice {
  const audit = new SqlAuditBook(database, parts.clock);
  const operatorBook = new SqlOperatorBook(database, parts.clock);
  const hasher = new PasswordHasher({ ln: 4, r: 8, p: 1 });
  return {
    audit,
    operatorBook,
    operators: openOperators({ ...parts, audit, operatorBook, hasher }),
  };
}

/** Makes an operator of that role, with a session of his own. No password leads to him. */
export async function openFixtureSession(
  { operatorBook, operators }: { operatorBook: OperatorBook; operators: Operators },
  role: Role,
): Promise<FixtureSession> {
  const name = `${role}-${await operatorBook.count() + 1}`;
  const made = await operatorBook.create({ name, role, passwordHash: "none" });
  if (made.kind !== "done") throw new Error(`Cannot make an operator: ${made.kind}`);
  const { id } = made.operator;
  const known = { operatorId: id, passwordHash: "none" };
  const session = await operators.sessions.open(known, new Headers());
  if (session === null) throw new Error("Cannot begin a session as the operator was changed");
  const { token } = session;
  return { id, name, cookie: `${ADMIN_COOKIE}=${token}`, csrf: csrfToken(token), token };
}

/** A form as a browser sends it from the back office's own page. */
export function fixtureForm(fields: Record<string, string>, session?: FixtureSession): RequestInit {
  const csrf = session?.csrf ?? FIXTURE_CSRF;
  const body = new URLSearchParams({ csrf, ...fields }).toString();
  return {
    method: "POST",
    headers: {
      ...(session ? { cookie: session.cookie } : {}),
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(body.length),
      "sec-fetch-site": "same-origin",
    },
    body,
  };
}
