/** A value that a statement takes or a column gives. Times are ms as integers. */
export type SqlValue = string | number | null;

/** A row as both databases give it: plain object, integers as numbers. */
export type SqlRow = Record<string, SqlValue>;

/**
 * Why a statement did not happen. `deadlock`, `lock_timeout` and `unavailable` may go well later;
 * `duplicate` is a unique key; `invalid` is data that the database will never take.
 */
export type DatabaseFault =
  | "deadlock"
  | "lock_timeout"
  | "unavailable"
  | "duplicate"
  | "invalid"
  | "other";

/** Thrown by every database operation that failed. The transaction it was in is rolled back. */
export class DatabaseError extends Error {
  override name = "DatabaseError";

  constructor(
    readonly fault: DatabaseFault,
    message: string,
    /** The key or index that a `duplicate` names, as far as the database tells. */
    readonly key: string = "",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a writing statement did. */
export interface SqlResult {
  affectedRows: number;
  insertId: number;
}

/** Statements with `?` parameters, the same text for both databases. */
export interface Sql {
  query<Row extends object = SqlRow>(text: string, params?: SqlValue[]): Promise<Row[]>;
  execute(text: string, params?: SqlValue[]): Promise<SqlResult>;
  /**
   * Inserts rows with one statement per 1,000; a clash fails all of it. Returns the id that the
   * first row got in a table that numbers its rows, 0 without rows; those of one statement follow
   * one another.
   */
  insertMany(table: string, columns: string[], rows: SqlValue[][]): Promise<number>;
  /** What ends a `SELECT` that locks its rows: ` FOR UPDATE`, or nothing where writers are alone. */
  readonly forUpdate: string;
}

/** A database. Transactions are READ COMMITTED or stricter. */
export interface Database extends Sql {
  /** Runs `work` in one transaction: commits when it resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** Runs `work` while holding a named lock; returns null at once when another process has it. */
  withLock<T>(name: string, work: () => Promise<T>): Promise<T | null>;
  /** True when the database answered lately. */
  isUp(): boolean;
  close(): Promise<void>;
}
