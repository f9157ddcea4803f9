import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseError } from "./database.ts";
import { openSqlite } from "./open_database.ts";
import { SqliteDatabase } from "./sqlite_database.ts";
import { databaseContract } from "./testing/database_contract.ts";
import { withTempFolder } from "./testing/temp_folder.ts";

databaseContract("SQLite in memory", (clock) => openSqlite(":memory:", clock));

databaseContract(
  "SQLite file",
  withTempFolder((folder, clock) => openSqlite(`${folder}/test.db`, clock)),
);

Deno.test("SqliteDatabase keeps what was committed", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/test.db`;
  const first = await openSqlite(path, () => 1);
  await first.execute("INSERT INTO inbox VALUES ('kept', 'hash', 1)");
  await first.close();
  const second = await openSqlite(path, () => 2);
  assertEquals(await second.query("SELECT message_id FROM inbox"), [{ message_id: "kept" }]);
  await second.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("SqliteDatabase says that a file cannot be opened", async () => {
  const error = await assertRejects(
    () => openSqlite("/nonexistent-folder/test.db", () => 1),
    DatabaseError,
  );
  assertEquals(error.fault, "unavailable");
});

Deno.test("exclusive() rolls back what threw and lets the next one in", async () => {
  const database = new SqliteDatabase(":memory:");
  await database.script("CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT");
  const failed = database.exclusive(() => {
    database.prepare("INSERT INTO t VALUES (1)").run();
    database.prepare("INSERT INTO t VALUES (1)").run();
  });
  const next = database.exclusive(() => database.prepare("INSERT INTO t VALUES (2)").run());
  assertEquals((await assertRejects(() => failed, DatabaseError)).fault, "duplicate");
  await next;
  assertEquals(await database.query("SELECT a FROM t"), [{ a: 2 }]);
  await database.close();
});
