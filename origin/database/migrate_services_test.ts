import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "./database.ts";
import { migrateMysql, splitStatements } from "./migrate.ts";
import { MYSQL_MIGRATIONS } from "./migrations.ts";
import { MysqlDatabase } from "./mysql_database.ts";
import { readMysqlUrl } from "./mysql_url.ts";
import { makeScratchDatabase } from "./testing/mysql_scratch.ts";

async function withPools(
  count: number,
  work: (pools: MysqlDatabase[]) => Promise<void>,
): Promise<void> {
  const scratch = await makeScratchDatabase();
  const pools = Array.from({ length: count }, () => new MysqlDatabase(readMysqlUrl(scratch.url)));
  try {
    await work(pools);
  } finally {
    for (const pool of pools) await pool.close();
    await scratch.drop();
  }
}

Deno.test("migrateMysql() by several starters at once runs each step once", () =>
  withPools(3, async (pools) => {
    await Promise.all(pools.map((pool, at) => migrateMysql(pool, () => at)));
    const [pool] = pools;
    const rows = await pool!.query<{ number: number }>("SELECT number FROM schema_migration");
    assertEquals(rows.map(({ number }) => number), MYSQL_MIGRATIONS.map(({ number }) => number));
    assertEquals(await pool!.query("SELECT id, version FROM catalog_version ORDER BY id"), [
      { id: 1, version: 1 },
      { id: 2, version: 1 },
    ]);
    await migrateMysql(pool!, () => 9);
  }));

Deno.test("migrateMysql() goes on after a crash behind any statement", () =>
  withPools(1, async ([pool]) => {
    const migration = MYSQL_MIGRATIONS[0]!;
    const statements = splitStatements(migration.text);
    for (let done = 1; done < statements.length; done++) {
      for (const statement of statements.slice(0, done)) await pool!.command(statement);
    }
    await migrateMysql(pool!, () => 1);
    assertEquals(await pool!.query("SELECT id, version FROM catalog_version ORDER BY id"), [
      { id: 1, version: 1 },
      { id: 2, version: 1 },
    ]);
  }));

Deno.test("migrateMysql() refuses a schema that is newer than the code", () =>
  withPools(1, async ([pool]) => {
    await migrateMysql(pool!, () => 1);
    await pool!.execute("INSERT INTO schema_migration VALUES (900, 'future', 1)");
    await assertRejects(
      () => migrateMysql(pool!, () => 1),
      DatabaseError,
      `at most ${MYSQL_MIGRATIONS.length}: current value is 900`,
    );
  }));
