import mysql, { type Pool, type PoolConnection } from "mysql2/promise";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";
import {
  type Database,
  DatabaseError,
  type Sql,
  type SqlResult,
  type SqlRow,
  type SqlValue,
} from "./database.ts";
import {
  discardConnection,
  IDLE_TIMEOUT_MS,
  mysqlOptions,
  SERVER_PATIENCE_S,
} from "./mysql_connection.ts";
import { mysqlError } from "./mysql_faults.ts";
import { MysqlLocks } from "./mysql_locks.ts";
import { MysqlSession } from "./mysql_session.ts";
import { type PoolState, poolState } from "./mysql_pool_state.ts";
import type { MysqlAddress } from "./mysql_url.ts";

/** How a MySQL database is used. */
export interface MysqlLimits {
  /** Most connections for statements and transactions. */
  poolSize: number;
  /** Most callers that wait for a connection, and how long each does. */
  queueLimit: number;
  acquireTimeoutMs: number;
  /** Deadline of a statement outside of transactions, and of a whole transaction. */
  statementTimeoutMs: number;
  transactionTimeoutMs: number;
  /** How long the server lets a statement wait for a row. */
  lockWaitTimeoutS: number;
}

export const DEFAULT_MYSQL_LIMITS: MysqlLimits = {
  poolSize: 10,
  queueLimit: 1_000,
  acquireTimeoutMs: 3_000,
  statementTimeoutMs: 10_000,
  transactionTimeoutMs: 15_000,
  lockWaitTimeoutS: 3,
};

/** How long `close` waits for the server's goodbye. */
const CLOSE_TIMEOUT_MS = 2_000;

/** How long a rollback may take before the connection is thrown away instead. */
const ROLLBACK_TIMEOUT_MS = 1_000;

/** MySQL 8.4 or MariaDB 10.11 through a pool; READ COMMITTED, strict, UTC, utf8mb4. */
export class MysqlDatabase implements Database {
  readonly forUpdate = " FOR UPDATE";
  readonly #limits: MysqlLimits;
  readonly #pool: Pool;
  /** Connections whose session was set up. */
  readonly #ready = new WeakSet<object>();
  readonly #locks: MysqlLocks;
  #up = false;

  /** Connects to nothing yet; `ping` does. */
  constructor(address: MysqlAddress, limits: Partial<MysqlLimits> = {}) {
    this.#limits = { ...DEFAULT_MYSQL_LIMITS, ...limits };
    const options = mysqlOptions(address, this.#limits.acquireTimeoutMs);
    this.#locks = new MysqlLocks(address.database, options, (error) => this.#noted(error));
    this.#pool = mysql.createPool({
      ...options,
      connectionLimit: this.#limits.poolSize,
      queueLimit: this.#limits.queueLimit,
      // The driver looks at idle connections only when fewer than all may be idle.
      maxIdle: this.#limits.poolSize - 1,
      idleTimeout: IDLE_TIMEOUT_MS,
    });
  }

  /** Asks the server once. @throws {DatabaseError} also when it takes longer than `timeoutMs`. */
  async ping(timeoutMs: number): Promise<void> {
    try {
      await withDeadline(this.query("SELECT 1"), timeoutMs, "asking the database");
    } catch (error) {
      throw this.#noted(error);
    }
  }

  query<Row extends object = SqlRow>(text: string, params: SqlValue[] = []): Promise<Row[]> {
    return this.#once((session) => session.query<Row>(text, params));
  }

  execute(text: string, params: SqlValue[] = []): Promise<SqlResult> {
    return this.#once((session) => session.execute(text, params));
  }

  insertMany(table: string, columns: string[], rows: SqlValue[][]): Promise<number> {
    return this.transaction((tx) => tx.insertMany(table, columns, rows));
  }

  /** One statement in the text protocol; `timeoutMs` because building an index may take long. */
  async command(text: string, timeoutMs = this.#limits.statementTimeoutMs): Promise<void> {
    await this.#once((session) => session.command(text), timeoutMs);
  }

  async transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const connection = await this.#acquire();
    const session = new MysqlSession(connection, this.#limits.transactionTimeoutMs);
    try {
      await session.command("START TRANSACTION");
      const result = await withDeadline(work(session), session.remainingMs, "a transaction");
      await session.command("COMMIT");
      this.#up = true;
      session.end(new DatabaseError("other", "Cannot use a transaction that has ended"));
      connection.release();
      return result;
    } catch (error) {
      const failure = session.failure ??
        (error instanceof DeadlineError ? mysqlError(error) : null);
      session.end(new DatabaseError("other", "Cannot use a transaction that has ended"));
      await this.#giveUp(connection, failure ?? error);
      // A caller who swallowed a failure ends with it all the same: nothing was committed.
      throw failure ? this.#noted(failure) : error;
    }
  }

  withLock<T>(name: string, work: () => Promise<T>): Promise<T | null> {
    return this.withLockWithin(name, 0, work);
  }

  /** The same, but waits up to `waitS` for whoever holds the lock. */
  async withLockWithin<T>(name: string, waitS: number, work: () => Promise<T>): Promise<T | null> {
    return await this.#locks.run(name, waitS, work);
  }

  isUp(): boolean {
    return this.#up;
  }

  /** Most connections that it opens. */
  get poolSize(): number {
    return this.#limits.poolSize;
  }

  /** What its connections do at the moment. */
  poolState(): PoolState {
    return poolState(this.#pool);
  }

  async close(): Promise<void> {
    this.#up = false;
    try {
      await withDeadline(this.#pool.end(), CLOSE_TIMEOUT_MS, "closing the database");
    } catch {
      // A server that does not say goodbye holds nobody up.
    }
  }

  async #once<T>(
    work: (session: MysqlSession) => Promise<T>,
    timeoutMs = this.#limits.statementTimeoutMs,
  ): Promise<T> {
    const connection = await this.#acquire();
    const session = new MysqlSession(connection, timeoutMs);
    try {
      const result = await work(session);
      this.#up = true;
      connection.release();
      return result;
    } catch (error) {
      if (session.failure) discardConnection(connection);
      else connection.release();
      throw this.#noted(error);
    }
  }

  async #acquire(): Promise<PoolConnection> {
    const { acquireTimeoutMs, lockWaitTimeoutS } = this.#limits;
    const asked = this.#pool.getConnection();
    let connection: PoolConnection;
    try {
      connection = await withDeadline(asked, acquireTimeoutMs, "waiting for a connection");
    } catch (error) {
      // It may still come: then it goes back to the pool.
      asked.then((late) => late.release(), () => {});
      // A full pool says nothing about the server.
      throw error instanceof DeadlineError ? mysqlError(error) : this.#noted(error);
    }
    if (this.#ready.has(connection.connection)) return connection;
    try {
      // Without a listener, the error of a link that breaks while idle would end the process.
      connection.connection.on("error", () => {});
      const session = new MysqlSession(connection, acquireTimeoutMs);
      await session.command("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
      await session.command(
        `SET SESSION innodb_lock_wait_timeout = ${lockWaitTimeoutS}, time_zone = '+00:00', ` +
          `wait_timeout = ${SERVER_PATIENCE_S}, ` +
          `sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`,
      );
    } catch (error) {
      discardConnection(connection);
      throw this.#noted(error);
    }
    this.#ready.add(connection.connection);
    return connection;
  }

  async #giveUp(connection: PoolConnection, error: unknown): Promise<void> {
    const fault = error instanceof DatabaseError ? error.fault : null;
    if (fault === "unavailable" || fault === "other") return discardConnection(connection);
    try {
      const session = new MysqlSession(connection, ROLLBACK_TIMEOUT_MS);
      await session.command("ROLLBACK");
      connection.release();
    } catch {
      discardConnection(connection);
    }
  }

  #noted(error: unknown): DatabaseError {
    const failure = mysqlError(error);
    if (failure.fault === "unavailable") this.#up = false;
    return failure;
  }
}
