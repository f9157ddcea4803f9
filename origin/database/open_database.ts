import type { Clock } from "../../shared/clock.ts";
import { migrateMysql, migrateSqlite } from "./migrate.ts";
import { MysqlDatabase, type MysqlLimits } from "./mysql_database.ts";
import { readMysqlUrl } from "./mysql_url.ts";
import { SqliteDatabase } from "./sqlite_database.ts";

/** How long the first answer of a MySQL server may take. */
const FIRST_ANSWER_MS = 5_000;

/**
 * Opens and migrates a MySQL database; nothing stays open when that fails. Trying again while the
 * server is away is the caller's business.
 * @throws {TypeError} for an unusable URL.
 * @throws {DatabaseError} `unavailable` while the server is away, `other` when the database does
 * not exist, the sign-in is refused or the schema is newer than this code.
 */
export async function openMysql(
  url: string,
  clock: Clock,
  limits: Partial<MysqlLimits> = {},
): Promise<MysqlDatabase> {
  const database = new MysqlDatabase(readMysqlUrl(url), limits);
  try {
    await database.ping(FIRST_ANSWER_MS);
    await migrateMysql(database, clock);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens and migrates a SQLite file (`:memory:` for none). @throws {DatabaseError} */
export async function openSqlite(path: string, clock: Clock): Promise<SqliteDatabase> {
  const database = new SqliteDatabase(path);
  try {
    await migrateSqlite(database, clock);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
