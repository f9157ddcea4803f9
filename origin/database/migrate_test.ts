import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "./database.ts";
import { migrateSqlite, splitStatements } from "./migrate.ts";
import { MYSQL_MIGRATIONS, SQLITE_MIGRATIONS } from "./migrations.ts";
import { openSqlite } from "./open_database.ts";
import { SqliteDatabase } from "./sqlite_database.ts";

Deno.test("splitStatements() splits at its marks only", () => {
  const text =
    "CREATE TABLE a (b INT DEFAULT ';'); -- next to it\n-- next\n\nSELECT ';\n-- nextly';" +
    "\r\n-- next  \r\n";
  assertEquals(splitStatements(text), [
    "CREATE TABLE a (b INT DEFAULT ';'); -- next to it",
    "SELECT ';\n-- nextly';",
  ]);
});

Deno.test("migrations are numbered from 1 without a gap", () => {
  for (const migrations of [MYSQL_MIGRATIONS, SQLITE_MIGRATIONS]) {
    assertEquals(migrations.map(({ number }) => number), migrations.map((_, at) => at + 1));
    assert(migrations.every(({ name, text }) => name.length <= 64 && text.length > 0));
  }
});

Deno.test("migrateSqlite() does nothing the second time", async () => {
  const database = await openSqlite(":memory:", () => 7);
  await migrateSqlite(database, () => 8);
  const rows = await database.query("SELECT number, applied_at FROM schema_migration");
  assertEquals(rows, SQLITE_MIGRATIONS.map(({ number }) => ({ number, applied_at: 7 })));
  await database.close();
});

Deno.test("migrateSqlite() by two starters of one file runs each step once", async () => {
  const folder = await Deno.makeTempDir();
  const starters = [1, 2].map(() => new SqliteDatabase(`${folder}/test.db`));
  await Promise.all(starters.map((database) => migrateSqlite(database, () => 1)));
  const [row] = await starters[1]!.query<{ count: number }>(
    "SELECT COUNT(*) AS count FROM catalog_version",
  );
  assertEquals(row?.count, 2);
  for (const database of starters) await database.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("migrateSqlite() keeps nothing of a run that fails", async () => {
  const database = new SqliteDatabase(":memory:");
  const steps = [
    { number: 1, name: "good", text: "CREATE TABLE a (b INTEGER);" },
    { number: 2, name: "bad", text: "CREATE TABLE c (d INTEGER); CREATE TABLE a (b INTEGER);" },
  ];
  await assertRejects(() => migrateSqlite(database, () => 1, steps), DatabaseError, "a already");
  assertEquals(await database.query("SELECT name FROM sqlite_schema"), []);
  await migrateSqlite(database, () => 1, steps.slice(0, 1));
  await database.close();
});

Deno.test("migrateSqlite() refuses a schema that is newer than the code", async () => {
  const database = await openSqlite(":memory:", () => 1);
  await database.execute("INSERT INTO schema_migration VALUES (900, 'future', 1)");
  await assertRejects(
    () => migrateSqlite(database, () => 1),
    DatabaseError,
    `at most ${SQLITE_MIGRATIONS.length}: current value is 900`,
  );
  await database.close();
});
