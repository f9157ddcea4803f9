import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../database/database.ts";
import type { NewOperator, NewSession, OperatorBook, OperatorChanges } from "./operator_book.ts";
import {
  changeOperator,
  countOperators,
  createFirst,
  createOperator,
  findOperator,
  getOperator,
  listOperators,
} from "./operator_rows.ts";
import { beginTry, forgetTries, lockedUntil, sweepTries } from "./operator_tries.ts";
import {
  endOtherSessions,
  endSession,
  listSessions,
  openSession,
  readSession,
  sweepSessions,
} from "./session_rows.ts";

/** The operators in SQL, the same for MySQL, MariaDB and SQLite: each operation is one file's. */
export class SqlOperatorBook implements OperatorBook {
  constructor(readonly database: Database, readonly clock: Clock) {}

  count() {
    return countOperators(this.database);
  }

  createFirst(name: string, passwordHash: string) {
    return createFirst(this.database, this.clock, name, passwordHash);
  }

  create(operator: NewOperator) {
    return createOperator(this.database, this.clock, operator);
  }

  get(id: number) {
    return getOperator(this.database, this.clock, id);
  }

  find(name: string) {
    return findOperator(this.database, this.clock, name);
  }

  list(page: number, per: number) {
    return listOperators(this.database, this.clock, page, per);
  }

  change(id: number, changes: OperatorChanges) {
    return changeOperator(this.database, this.clock, id, changes);
  }

  async rehash(id: number, before: string, after: string) {
    const { affectedRows } = await this.database.execute(
      "UPDATE operator SET password_hash = ? WHERE id = ? AND password_hash = ?",
      [after, id, before],
    );
    return affectedRows > 0;
  }

  beginTry(name: string) {
    return beginTry(this.database, this.clock, name);
  }

  lockedUntil(name: string) {
    return lockedUntil(this.database, this.clock, name);
  }

  forgetTries(name: string) {
    return forgetTries(this.database, name);
  }

  openSession(session: NewSession) {
    return openSession(this.database, this.clock, session);
  }

  readSession(tokenHash: string) {
    return readSession(this.database, this.clock, tokenHash);
  }

  listSessions(operatorId: number) {
    return listSessions(this.database, this.clock, operatorId);
  }

  endSession(tokenHash: string) {
    return endSession(this.database, tokenHash);
  }

  endOtherSessions(operatorId: number, tokenHash: string) {
    return endOtherSessions(this.database, operatorId, tokenHash);
  }

  async sweep(limit: number) {
    const nowMs = this.clock();
    return {
      sessions: await sweepSessions(this.database, nowMs, limit),
      tries: await sweepTries(this.database, nowMs, limit),
    };
  }
}
