import { createHash } from "node:crypto";
import mysql, { type Connection, type Pool, type PoolConnection } from "mysql2/promise";
import { DeadlineError, withDeadline } from "../../shared/shutdown.ts";
import {
  type Database,
  DatabaseError,
  type Sql,
  type SqlResult,
  type SqlRow,
  type SqlValue,
} from "./database.ts";
import { mysqlError } from "./mysql_faults.ts";
import { MysqlSession } from "./mysql_session.ts";
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

/** Most named locks held at once; each has a connection of its own. */
const MAX_LOCKS = 16;

/** How long `close` waits for the server's goodbye. */
const CLOSE_TIMEOUT_MS = 2_000;

/** How long a rollback may take before the connection is thrown away instead. */
const ROLLBACK_TIMEOUT_MS = 1_000;

/** MySQL 8.4 or MariaDB 10.11 through a pool; READ COMMITTED, strict, UTC, utf8mb4. */
export class MysqlDatabase implements Database {
  readonly forUpdate = " FOR UPDATE";
  readonly #limits: MysqlLimits;
  readonly #pool: Pool;
  readonly #address: MysqlAddress;
  /** Connections whose session was set up. */
  readonly #ready = new WeakSet<object>();
  #locks = 0;
  #up = false;

  /** Connects to nothing yet; `ping` does. */
  constructor(address: MysqlAddress, limits: Partial<MysqlLimits> = {}) {
    this.#limits = { ...DEFAULT_MYSQL_LIMITS, ...limits };
    this.#address = address;
    this.#pool = mysql.createPool({
      ...this.#connectionOptions(),
      connectionLimit: this.#limits.poolSize,
      queueLimit: this.#limits.queueLimit,
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

  insertMany(table: string, columns: string[], rows: SqlValue[][]): Promise<void> {
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
  async withLockWithin<T>(
    name: string,
    waitS: number,
    work: () => Promise<T>,
  ): Promise<T | null> {
    if (this.#locks >= MAX_LOCKS) {
      throw new DatabaseError("unavailable", `Cannot hold more than ${MAX_LOCKS} locks at once`);
    }
    this.#locks += 1;
    let connection: Connection | null = null;
    try {
      connection = await this.#connectForLock();
      if (!await this.#getLock(connection, name, waitS)) return null;
      return await work();
    } finally {
      this.#locks -= 1;
      // The server frees the locks of a connection that ends, whatever happened on it.
      if (connection) await endConnection(connection);
    }
  }

  isUp(): boolean {
    return this.#up;
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
      if (session.failure) connection.destroy();
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
          `sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`,
      );
    } catch (error) {
      connection.destroy();
      throw this.#noted(error);
    }
    this.#ready.add(connection.connection);
    return connection;
  }

  async #giveUp(connection: PoolConnection, error: unknown): Promise<void> {
    const fault = error instanceof DatabaseError ? error.fault : null;
    if (fault === "unavailable" || fault === "other") return connection.destroy();
    try {
      const session = new MysqlSession(connection, ROLLBACK_TIMEOUT_MS);
      await session.command("ROLLBACK");
      connection.release();
    } catch {
      connection.destroy();
    }
  }

  async #connectForLock(): Promise<Connection> {
    const { acquireTimeoutMs } = this.#limits;
    const asked = mysql.createConnection(this.#connectionOptions());
    try {
      const connection = await withDeadline(asked, acquireTimeoutMs, "connecting for a lock");
      connection.on("error", () => {});
      return connection;
    } catch (error) {
      asked.then((late) => late.destroy(), () => {});
      throw this.#noted(error);
    }
  }

  async #getLock(connection: Connection, name: string, waitS: number): Promise<boolean> {
    try {
      const asked = connection.query("SELECT GET_LOCK(?, ?) AS locked", [
        this.#lockName(name),
        waitS,
      ]);
      const timeoutMs = waitS * 1000 + this.#limits.statementTimeoutMs;
      const [rows] = await withDeadline(asked, timeoutMs, "waiting for a lock");
      return (rows as { locked: number | null }[])[0]?.locked === 1;
    } catch (error) {
      throw this.#noted(error);
    }
  }

  /** Lock names belong to the whole server and have at most 64 characters. */
  #lockName(name: string): string {
    const hash = createHash("sha256").update(`${this.#address.database} ${name}`).digest("hex");
    return `dropgate-${hash.slice(0, 40)}`;
  }

  #connectionOptions() {
    const { tls, ...address } = this.#address;
    return {
      ...address,
      ...(tls ? { ssl: tls } : {}),
      charset: "utf8mb4_bin",
      timezone: "Z",
      // Sums are DECIMAL on the wire; all of them are exact in a double here.
      decimalNumbers: true,
      connectTimeout: this.#limits.acquireTimeoutMs,
      maxPreparedStatements: 250,
    };
  }

  #noted(error: unknown): DatabaseError {
    const failure = mysqlError(error);
    if (failure.fault === "unavailable") this.#up = false;
    return failure;
  }
}

async function endConnection(connection: Connection): Promise<void> {
  try {
    await withDeadline(connection.end(), CLOSE_TIMEOUT_MS, "closing a connection");
  } catch {
    connection.destroy();
  }
}
