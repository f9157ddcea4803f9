import mysql, { type PoolConnection } from "mysql2/promise";
import { withDeadline } from "../../shared/shutdown.ts";
import { DatabaseError, type Sql, type SqlResult, type SqlRow, type SqlValue } from "./database.ts";
import { mysqlError } from "./mysql_faults.ts";
import { checkSqlValue } from "./sql_values.ts";

/** Rows of one bulk `INSERT`: a few hundred bytes each, far below `max_allowed_packet`. */
const ROWS_PER_INSERT = 1_000;

/**
 * The statements of one connection until a deadline. After a fault that may have ended the server's
 * transaction, or left the connection in the middle of an answer, it takes no further statement, so
 * that no caller who swallowed the error can go on outside its transaction.
 */
export class MysqlSession implements Sql {
  readonly forUpdate = " FOR UPDATE";
  readonly #endsAt: number;
  #failure: DatabaseError | null = null;

  constructor(readonly connection: PoolConnection, readonly timeoutMs: number) {
    this.#endsAt = performance.now() + timeoutMs;
  }

  /** What ended the session, if anything did. */
  get failure(): DatabaseError | null {
    return this.#failure;
  }

  /** Milliseconds until the deadline, at least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#endsAt - performance.now()));
  }

  /** Ends the session: whoever still holds it can do nothing with it. */
  end(reason: DatabaseError): void {
    this.#failure ??= reason;
  }

  query<Row extends object = SqlRow>(text: string, params: SqlValue[] = []): Promise<Row[]> {
    return this.#run(async () => {
      const [rows] = await this.connection.execute(text, params.map(boundValue));
      return rows as Row[];
    });
  }

  execute(text: string, params: SqlValue[] = []): Promise<SqlResult> {
    return this.#run(async () => resultOf(await this.#executed(text, params)));
  }

  async insertMany(table: string, columns: string[], rows: SqlValue[][]): Promise<number> {
    const text = `INSERT INTO ${table} (${columns.join(", ")}) VALUES ?`;
    for (const row of rows) row.forEach(checkSqlValue);
    let firstId = 0;
    for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) {
      const chunk = rows.slice(at, at + ROWS_PER_INSERT);
      const [result] = await this.#run(() => this.connection.query(text, [chunk]));
      if (at === 0) firstId = resultOf(result).insertId;
    }
    return firstId;
  }

  /** A statement without parameters or rows, in the text protocol: all that DDL can use. */
  command(text: string): Promise<void> {
    return this.#run(async () => void await this.connection.query(text));
  }

  async #executed(text: string, params: SqlValue[]): Promise<unknown> {
    const [result] = await this.connection.execute(text, params.map(boundValue));
    return result;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    try {
      return await withDeadline(work(), this.remainingMs, "a statement");
    } catch (error) {
      const failure = mysqlError(error);
      // The server undid just this statement; the transaction stands.
      const isStatementOnly = failure.fault === "duplicate" || failure.fault === "invalid";
      if (!isStatementOnly) this.#failure ??= failure;
      throw failure;
    }
  }
}

function resultOf(result: unknown): SqlResult {
  const { affectedRows, insertId } = result as { affectedRows?: number; insertId?: number };
  return { affectedRows: affectedRows ?? 0, insertId: insertId ?? 0 };
}

/** Integers travel as integers: by default mysql2 sends doubles where the server gives no hint. */
function boundValue(value: SqlValue) {
  checkSqlValue(value);
  return typeof value === "number" ? mysql.TypedParameter.LONGLONG(value) : value;
}
