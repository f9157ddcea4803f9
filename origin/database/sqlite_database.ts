import { DatabaseSync, type StatementSync } from "node:sqlite";
import {
  type Database,
  DatabaseError,
  type DatabaseFault,
  type Sql,
  type SqlResult,
  type SqlRow,
  type SqlValue,
} from "./database.ts";
import { checkSqlValue } from "./sql_values.ts";

/** Statements kept prepared; the whole of Dropgate has fewer. */
const MAX_STATEMENTS = 500;

/**
 * Pages of 4 KB in the log before they go into the file. Orders touch several indexes at random
 * places; with SQLite's 1,000 the same pages were copied after every batch, and 256-order batches
 * came to 25,000 instead of 33,000 orders/s.
 */
const CHECKPOINT_PAGES = 8_000;

/** How long SQLite itself waits for another process, say an operator's shell, to leave the file. */
const BUSY_TIMEOUT_MS = 2_000;

/**
 * The one SQLite file of the embedded profile: WAL, `synchronous=FULL`, one connection. All writers
 * take turns in the order in which they came, so that nobody ever meets a locked file.
 */
export class SqliteDatabase implements Database {
  readonly forUpdate = "";
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #locks = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  /** `path` may be `:memory:` for tests. @throws {DatabaseError} when the file cannot be opened. */
  constructor(path: string) {
    try {
      this.#db = new DatabaseSync(path);
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      this.#db.exec("PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;");
      this.#db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    } catch (error) {
      throw sqliteError(error);
    }
  }

  /**
   * Runs synchronous `work` in one durable transaction, alone. What the ledger and the queue do is
   * written this way: no promise stands between their statements.
   */
  exclusive<T>(work: () => T): Promise<T> {
    return this.#inTurn(() => {
      this.#begin();
      let result: T;
      try {
        result = work();
      } catch (error) {
        this.#rollback();
        throw sqliteError(error);
      }
      this.#commit();
      return result;
    });
  }

  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#begin();
      let result: T;
      try {
        result = await work(this.#alone);
      } catch (error) {
        this.#rollback();
        throw error;
      }
      this.#commit();
      return result;
    });
  }

  /** A prepared statement, for use inside `exclusive` and for reads. */
  prepare(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Runs statements without parameters, alone. */
  script(text: string): Promise<void> {
    return this.exclusive(() => this.#db.exec(text));
  }

  /** The same inside of `exclusive`. */
  run(text: string): void {
    this.#db.exec(text);
  }

  query<Row extends object = SqlRow>(text: string, params: SqlValue[] = []): Promise<Row[]> {
    return this.#inTurn(() => this.#alone.query<Row>(text, params));
  }

  execute(text: string, params: SqlValue[] = []): Promise<SqlResult> {
    return this.#inTurn(() => this.#alone.execute(text, params));
  }

  insertMany(table: string, columns: string[], rows: SqlValue[][]): Promise<number> {
    return this.transaction((tx) => tx.insertMany(table, columns, rows));
  }

  /** One process owns the file, so nobody outside of it can hold a lock. */
  async withLock<T>(name: string, work: () => Promise<T>): Promise<T | null> {
    if (this.#locks.has(name)) return null;
    this.#locks.add(name);
    try {
      return await work();
    } finally {
      this.#locks.delete(name);
    }
  }

  isUp(): boolean {
    return this.#db.isOpen;
  }

  close(): Promise<void> {
    return this.#inTurn(() => {
      this.#statements.clear();
      if (this.#db.isOpen) this.#db.close();
    });
  }

  /** Statements of whoever has the turn. */
  readonly #alone: Sql = {
    forUpdate: "",
    query: <Row extends object>(text: string, params: SqlValue[] = []) =>
      attempt(() => {
        params.forEach(checkSqlValue);
        return this.prepare(text).all(...params).map((row) => ({ ...row })) as Row[];
      }),
    execute: (text, params = []) =>
      attempt(() => {
        params.forEach(checkSqlValue);
        const { changes, lastInsertRowid } = this.prepare(text).run(...params);
        return { affectedRows: Number(changes), insertId: Number(lastInsertRowid) };
      }),
    insertMany: (table, columns, rows) =>
      attempt(() => {
        const marks = columns.map(() => "?").join(", ");
        const statement = this.prepare(
          `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks})`,
        );
        let firstId = 0;
        rows.forEach((row, at) => {
          row.forEach(checkSqlValue);
          const { lastInsertRowid } = statement.run(...row);
          if (at === 0) firstId = Number(lastInsertRowid);
        });
        return firstId;
      }),
  };

  #begin(): void {
    this.prepare("BEGIN IMMEDIATE").run();
  }

  #commit(): void {
    try {
      this.prepare("COMMIT").run();
    } catch (error) {
      this.#rollback();
      throw sqliteError(error);
    }
  }

  #rollback(): void {
    try {
      this.prepare("ROLLBACK").run();
    } catch {
      // The statement that failed has already ended the transaction.
    }
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

function attempt<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(sqliteError(error));
  }
}

/** SQLite's result codes, https://sqlite.org/rescode.html; errors of other kinds stay as they are. */
function sqliteError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, errcode } = error as { code?: string; errcode?: number };
  const wrap = (fault: DatabaseFault, key = "") =>
    new DatabaseError(fault, error.message, key, { cause: error });
  // Opening and whole scripts fail without a result code.
  if (code === "ERR_INVALID_STATE") return wrap("unavailable");
  if (code === "ERR_SQLITE_ERROR" && errcode === undefined) {
    return wrap(error.message.startsWith("unable to open") ? "unavailable" : "other");
  }
  if (errcode === undefined) return error;
  if (errcode === 2067 || errcode === 1555) {
    return wrap("duplicate", /constraint failed: (.+)$/.exec(error.message)?.[1]);
  }
  const primary = errcode & 0xff;
  if ([18, 19, 20].includes(primary)) return wrap("invalid");
  if (primary === 5 || primary === 6) return wrap("lock_timeout");
  // Memory, input and output, a full disk, a file that cannot be opened or written.
  return wrap([7, 8, 10, 13, 14].includes(primary) ? "unavailable" : "other");
}
