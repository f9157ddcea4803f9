import type { Clock } from "../../shared/clock.ts";
import { DatabaseError } from "./database.ts";
import { type Migration, MYSQL_MIGRATIONS, SQLITE_MIGRATIONS } from "./migrations.ts";
import type { MysqlDatabase } from "./mysql_database.ts";
import type { SqliteDatabase } from "./sqlite_database.ts";

/** How long a starter waits for another one that is migrating. */
const LOCK_WAIT_S = 60;

/** How long one statement of a migration may take: it may build an index over all orders. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;

const RECORD_TABLE = "CREATE TABLE IF NOT EXISTS schema_migration " +
  "(number INTEGER NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL, applied_at BIGINT NOT NULL)";
const RECORDED = "SELECT number FROM schema_migration ORDER BY number";
const RECORD = "INSERT INTO schema_migration (number, name, applied_at) VALUES (?, ?, ?)";

/**
 * Brings a MySQL database to the schema of this code. Starters take turns; a second run does
 * nothing. A step that broke off is run again from its start, which its statements allow.
 * @throws {DatabaseError} also when the schema is newer than this code.
 */
export async function migrateMysql(
  database: MysqlDatabase,
  clock: Clock,
  migrations: readonly Migration[] = MYSQL_MIGRATIONS,
): Promise<void> {
  const done = await database.withLockWithin("migrate", LOCK_WAIT_S, async () => {
    await database.command(RECORD_TABLE);
    const recorded = await database.query<{ number: number }>(RECORDED);
    for (const { number, name, text } of missing(migrations, recorded)) {
      for (const statement of splitStatements(text)) {
        await changeSchema(database, statement);
      }
      await database.execute(RECORD, [number, name, clock()]);
    }
    return true;
  });
  if (done === null) {
    throw new DatabaseError(
      "lock_timeout",
      `Cannot migrate the database as another process has been at it for ${LOCK_WAIT_S} s`,
    );
  }
}

/**
 * Runs one statement of a step. MySQL commits each change of the schema by itself, so a step that
 * broke off meets its own columns and indexes when it is run again.
 */
async function changeSchema(database: MysqlDatabase, statement: string): Promise<void> {
  try {
    await database.command(statement, STATEMENT_TIMEOUT_MS);
  } catch (error) {
    const isThere = error instanceof DatabaseError && error.fault === "duplicate" &&
      /^(--.*\n|\s)*ALTER TABLE/.test(statement);
    if (!isThere) throw error;
  }
}

/** The same for a SQLite file: all missing steps in one transaction. */
export async function migrateSqlite(
  database: SqliteDatabase,
  clock: Clock,
  migrations: readonly Migration[] = SQLITE_MIGRATIONS,
): Promise<void> {
  await database.exclusive(() => {
    database.run(RECORD_TABLE);
    const recorded = database.prepare(RECORDED).all() as { number: number }[];
    for (const { number, name, text } of missing(migrations, recorded)) {
      database.run(text);
      database.prepare(RECORD).run(number, name, clock());
    }
  });
}

/**
 * The statements of a MySQL migration: separated by lines `-- next`, not by semicolons, which may
 * stand in texts and bodies too.
 */
export function splitStatements(text: string): string[] {
  return text.split(/^-- next[ \t]*\r?$/m).map((part) => part.trim()).filter((part) => part !== "");
}

function missing(migrations: readonly Migration[], recorded: { number: number }[]): Migration[] {
  const known = migrations.length;
  const newest = recorded[recorded.length - 1]?.number ?? 0;
  if (newest > known) {
    throw new DatabaseError(
      "other",
      `Cannot use the database as its schema must be at most ${known}: current value is ${newest}`,
    );
  }
  const done = new Set(recorded.map(({ number }) => number));
  return migrations.filter(({ number }) => !done.has(number));
}
