import { createHash } from "node:crypto";
import mysql, { type Connection, type ConnectionOptions } from "mysql2/promise";
import { withDeadline } from "../../shared/shutdown.ts";
import { DatabaseError } from "./database.ts";
import { discardConnection, SERVER_PATIENCE_S } from "./mysql_connection.ts";

/** Most named locks held at once; each has a connection of its own. */
const MAX_LOCKS = 16;

/** How long connecting, and an answer of the server beyond the time it was asked to wait, may take. */
const ANSWER_TIMEOUT_MS = 5_000;

/** How long giving a lock back may take before the connection is thrown away instead. */
const RELEASE_TIMEOUT_MS = 2_000;

/** How often the holder of a lock shows the server that it lives; three times per its patience. */
const SIGN_OF_LIFE_MS = SERVER_PATIENCE_S * 1_000 / 3;

/** Locks of the whole server (`GET_LOCK`), named for one database. */
export class MysqlLocks {
  #held = 0;

  /** `asFault` turns what the driver throws into a `DatabaseError`. */
  constructor(
    readonly database: string,
    readonly options: ConnectionOptions,
    readonly asFault: (error: unknown) => DatabaseError,
  ) {}

  /** Runs `work` with the lock; null when somebody else kept it for all of `waitS`. */
  async run<T>(name: string, waitS: number, work: () => Promise<T>): Promise<T | null> {
    if (this.#held >= MAX_LOCKS) {
      throw new DatabaseError("unavailable", `Cannot hold more than ${MAX_LOCKS} locks at once`);
    }
    this.#held += 1;
    const lockName = this.#lockName(name);
    let connection: Connection | null = null;
    let signs: ReturnType<typeof setInterval> | undefined;
    try {
      connection = await this.#connect();
      const timeoutMs = waitS * 1000 + ANSWER_TIMEOUT_MS;
      if (!await this.#ask(connection, "GET_LOCK(?, ?)", [lockName, waitS], timeoutMs)) return null;
      signs = showLife(connection);
      return await work();
    } finally {
      clearInterval(signs);
      this.#held -= 1;
      if (connection) await this.#leave(connection, lockName);
    }
  }

  async #connect(): Promise<Connection> {
    const asked = mysql.createConnection(this.options);
    try {
      const connection = await withDeadline(asked, ANSWER_TIMEOUT_MS, "connecting for a lock");
      // Without a listener, the error of a link that breaks would end the process.
      connection.on("error", () => {});
      const patience = connection.query(`SET SESSION wait_timeout = ${SERVER_PATIENCE_S}`);
      await withDeadline(patience, ANSWER_TIMEOUT_MS, "preparing a connection for a lock");
      return connection;
    } catch (error) {
      asked.then(discardConnection, () => {});
      throw this.asFault(error);
    }
  }

  async #ask(
    connection: Connection,
    expression: string,
    params: (string | number)[],
    timeoutMs: number,
  ): Promise<boolean> {
    try {
      const asked = connection.query(`SELECT ${expression} AS answer`, params);
      const [rows] = await withDeadline(asked, timeoutMs, "asking for a lock");
      return (rows as { answer: number | null }[])[0]?.answer === 1;
    } catch (error) {
      throw this.asFault(error);
    }
  }

  /** Ending the connection frees the lock too, but only a moment after the socket is closed. */
  async #leave(connection: Connection, lockName: string): Promise<void> {
    try {
      await this.#ask(connection, "RELEASE_LOCK(?)", [lockName], RELEASE_TIMEOUT_MS);
      await withDeadline(connection.end(), RELEASE_TIMEOUT_MS, "closing a connection");
    } catch {
      discardConnection(connection);
    }
  }

  /** Lock names belong to the whole server and have at most 64 characters. */
  #lockName(name: string): string {
    const hash = createHash("sha256").update(`${this.database} ${name}`).digest("hex");
    return `dropgate-${hash.slice(0, 40)}`;
  }
}

/**
 * Lets the server hear from a connection, so that it keeps the lock for as long as its holder lives
 * and can be heard, and no longer. At most one sign is under way.
 */
function showLife(connection: Connection): ReturnType<typeof setInterval> {
  let isUnderWay = false;
  return setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    // A sign that fails tells nothing new: the lock only saves work, fences do the rest.
    connection.query("SELECT 1").catch(() => {}).finally(() => isUnderWay = false);
  }, SIGN_OF_LIFE_MS);
}
