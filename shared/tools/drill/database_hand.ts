import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { Stage } from "./drill.ts";

/** How long connecting to the database may take. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Rows that make a transaction too costly to be the one that a deadlock ends. */
const BALLAST_ROWS = 2_000;

/** A hand on the database: one connection of the drill's own, past every link. */
export class DatabaseHand {
  private constructor(readonly stage: Stage, readonly connection: Connection) {}

  /** Runs `work` with a connection that ends with it. */
  static async use(stage: Stage, work: (hand: DatabaseHand) => Promise<void>): Promise<void> {
    const [row] = await stage.probe.sql<{ name: string }>("SELECT DATABASE() AS name");
    const url = new URL(stage.servers.mysql.url);
    url.pathname = `/${row?.name ?? ""}`;
    const connection = await createConnection({
      uri: url.href,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    connection.on("error", () => {});
    try {
      await work(new DatabaseHand(stage, connection));
    } finally {
      connection.destroy();
    }
  }

  async rows<Row extends object>(text: string, params: (string | number)[] = []): Promise<Row[]> {
    const [rows] = await this.connection.query<(Row & RowDataPacket)[]>(text, params);
    return rows;
  }

  async run(text: string, params: (string | number)[] = []): Promise<void> {
    await this.connection.query(text, params);
  }

  /** Takes the row that fences the item, inside the transaction that is open. */
  async lockItem(): Promise<void> {
    const { saleId, productId } = this.stage.sale;
    await this.run(
      "SELECT sold FROM sale_item WHERE sale_id = ? AND product_id = ? FOR UPDATE",
      [saleId, productId],
    );
  }

  /** Keeps the item's row from everybody else for so long. */
  async holdItem(ms: number): Promise<void> {
    await this.run("START TRANSACTION");
    try {
      await this.lockItem();
      await this.stage.pause(ms);
    } finally {
      await this.run("ROLLBACK");
    }
  }

  /** The table whose changes make this hand's transactions heavy. */
  async makeBallast(): Promise<void> {
    await this.run("CREATE TABLE IF NOT EXISTS drill_ballast (id INT PRIMARY KEY, n INT NOT NULL)");
    await this.run(
      `REPLACE INTO drill_ballast (id, n) VALUES ${
        Array.from({ length: BALLAST_ROWS }, (_, id) => `(${id}, 0)`).join(", ")
      }`,
    );
  }

  async dropBallast(): Promise<void> {
    await this.run("DROP TABLE IF EXISTS drill_ballast");
  }

  /**
   * Takes what a writer of orders needs second (the inbox) and then what it has first (the item).
   * InnoDB ends the transaction that changed less, which is never this one.
   */
  async provokeDeadlock(betweenMs: number): Promise<void> {
    await this.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    await this.run("START TRANSACTION");
    try {
      await this.run("UPDATE drill_ballast SET n = n + 1");
      // Locks every gap of the table, so that nobody can add a message.
      await this.run("SELECT COUNT(*) FROM inbox FOR UPDATE");
      await this.stage.pause(betweenMs);
      await this.lockItem();
    } finally {
      await this.run("ROLLBACK");
    }
  }

  /** Deadlocks that the server has ended so far, by its own count. */
  async deadlocks(): Promise<number> {
    const [status] = await this.rows<{ Value: string }>(
      "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'",
    );
    if (status) return Number(status.Value);
    // MySQL keeps the number elsewhere.
    const [metric] = await this.rows<{ n: number }>(
      "SELECT COUNT AS n FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'",
    );
    return Number(metric?.n ?? 0);
  }

  /** Waits for rows that the server has counted so far. */
  async rowLockWaits(): Promise<number> {
    const [status] = await this.rows<{ Value: string }>(
      "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_waits'",
    );
    return Number(status?.Value ?? 0);
  }

  /** Ends every other connection to the drill's database; returns how many. */
  async killOthers(): Promise<number> {
    const others = await this.rows<{ id: number }>(
      `SELECT ID AS id FROM information_schema.PROCESSLIST
        WHERE DB = DATABASE() AND ID <> CONNECTION_ID()`,
    );
    let killed = 0;
    for (const { id } of others) {
      // It may have ended by itself.
      killed += await this.run(`KILL ${Number(id)}`).then(() => 1, () => 0);
    }
    return killed;
  }
}
