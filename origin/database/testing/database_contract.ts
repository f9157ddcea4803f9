import { assert, assertEquals, assertRejects } from "@std/assert";
import { uniqueName } from "../../../shared/testing/services_env.ts";
import type { Clock } from "../../../shared/clock.ts";
import { type Database, DatabaseError, type SqlValue } from "../database.ts";

const COLUMNS = ["message_id", "content", "content_hash", "reason", "created_at"];

function row(id: string, hash: string, createdAt: SqlValue = 1): SqlValue[] {
  return [id, "content", hash, "test", createdAt];
}

/** What the SQL above relies on in every database; it runs on a migrated one. */
export function databaseContract(
  name: string,
  open: (clock: Clock) => Promise<Database>,
): void {
  const test = (what: string, work: (database: Database, id: string) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      const database = await open(() => 1_800_000_000_000);
      try {
        await work(database, uniqueName("row"));
      } finally {
        await database.close();
      }
    });
  const count = async (database: Database, id: string) => {
    const [found] = await database.query<{ n: number }>(
      "SELECT COUNT(*) AS n FROM parked_message WHERE message_id = ?",
      [id],
    );
    return found?.n;
  };
  const insert = `INSERT INTO parked_message (${COLUMNS.join(", ")}) VALUES (?, ?, ?, ?, ?)`;

  test("query() gives back text in every script and exact integers", async (database, id) => {
    const content = "秒杀 \u{1F9E8} 'quoted' \"and\" \\n end";
    const biggest = Number.MAX_SAFE_INTEGER;
    const params = [id, content, id, "理由", biggest];
    const { affectedRows, insertId } = await database.execute(insert, params);
    assertEquals(affectedRows, 1);
    assert(insertId > 0);
    await database.insertMany("parked_message", COLUMNS, [[id, content, `${id}b`, "", -biggest]]);
    const rows = await database.query(
      "SELECT content, reason, created_at, ticket FROM parked_message WHERE message_id = ? " +
        "ORDER BY id LIMIT ?",
      [id, 2],
    );
    assertEquals(rows, [
      { content, reason: "理由", created_at: biggest, ticket: null },
      { content, reason: "", created_at: -biggest, ticket: null },
    ]);
    const sums = await database.query<{ n: number }>(
      "SELECT SUM(attempts + 3) AS n FROM parked_message WHERE message_id = ?",
      [id],
    );
    assertEquals(sums, [{ n: 6 }]);
  });

  test("transaction() rolls everything back when its work rejects", async (database, id) => {
    await assertRejects(
      () =>
        database.transaction(async (tx) => {
          await tx.execute(insert, row(id, id));
          throw new Error("changed my mind");
        }),
      Error,
      "changed my mind",
    );
    assertEquals(await count(database, id), 0);
  });

  test("transaction() goes on after a statement that was refused", async (database, id) => {
    await database.transaction(async (tx) => {
      await tx.execute(insert, row(id, id));
      const duplicate = await assertRejects(
        () => tx.execute(insert, row(id, id)),
        DatabaseError,
      );
      assertEquals(duplicate.fault, "duplicate");
      assert(/one_content|content_hash/.test(duplicate.key), duplicate.key);
      const invalid = await assertRejects(
        () => tx.execute("INSERT INTO inbox (message_id, content_hash) VALUES (?, ?)", [id, null]),
        DatabaseError,
      );
      assertEquals(invalid.fault, "invalid");
      await tx.execute(insert, row(id, `${id}b`));
    });
    assertEquals(await count(database, id), 2);
  });

  test("insertMany() inserts all rows or none", async (database, id) => {
    const rows = Array.from({ length: 2_500 }, (_, at) => row(id, `${id}${at}`));
    await database.insertMany("parked_message", COLUMNS, rows);
    assertEquals(await count(database, id), 2_500);
    const more = Array.from({ length: 2_500 }, (_, at) => row(id, `${id}${4_999 - at}`));
    const clash = await assertRejects(
      () => database.insertMany("parked_message", COLUMNS, [...more, rows[0]!]),
      DatabaseError,
    );
    assertEquals(clash.fault, "duplicate");
    assertEquals(await count(database, id), 2_500);
    await database.insertMany("parked_message", COLUMNS, []);
    await database.execute("DELETE FROM parked_message WHERE message_id = ?", [id]);
  });

  test("every statement refuses values that are no scalars", async (database, id) => {
    const wrong = [{ id: 1 }, [1], undefined, true, 1.5, NaN, 2 ** 53, 1n] as unknown[];
    for (const value of wrong) {
      const params = [value as SqlValue];
      for (
        const refused of [
          () => database.query("SELECT id FROM parked_message WHERE message_id = ?", params),
          () => database.execute("DELETE FROM parked_message WHERE message_id = ?", params),
          () =>
            database.insertMany("parked_message", COLUMNS, [[id, "", id, "", value as SqlValue]]),
        ]
      ) {
        const error = await assertRejects(refused, DatabaseError, "exact integer");
        assertEquals(error.fault, "invalid");
      }
    }
  });

  test("invalid data is told from other faults", async (database) => {
    const broken = "SELECT nothing FROM nowhere";
    await database.transaction(async (tx) => {
      const { insertId } = await tx.execute(
        "INSERT INTO product (name, subtitle, description, images, price, currency, created_at, " +
          "updated_at) VALUES ('a', '', '', '[]', 1, 'EUR', 1, 1)",
      );
      for (
        const refused of [
          `UPDATE product SET price = -1 WHERE id = ${insertId}`,
          `UPDATE product SET currency = 'EURO' WHERE id = ${insertId}`,
          `UPDATE product SET name = NULL WHERE id = ${insertId}`,
          `UPDATE product SET price = 'x' WHERE id = ${insertId}`,
          `INSERT INTO sale_item (sale_id, product_id, position, price, currency, per_user_limit,
             stock) VALUES (999999999, ${insertId}, 0, 1, 'EUR', 1, 1)`,
        ]
      ) {
        const error = await assertRejects(() => tx.execute(refused), DatabaseError);
        assertEquals(error.fault, "invalid", refused);
      }
    });
    const error = await assertRejects(() => database.query(broken), DatabaseError);
    assertEquals(error.fault, "other");
  });

  test("withLock() lets others know at once that it is taken", async (database, id) => {
    const answer = await database.withLock(id, async () => {
      assertEquals(await database.withLock(id, () => Promise.resolve(1)), null);
      return await database.withLock(`${id}-other`, () => Promise.resolve(2));
    });
    assertEquals(answer, 2);
  });

  test("isUp() is true after an answer and false after close()", async (database) => {
    await database.query("SELECT 1");
    assertEquals(database.isUp(), true);
    await database.close();
    assertEquals(database.isUp(), false);
    const error = await assertRejects(() => database.query("SELECT 1"), DatabaseError);
    assertEquals(error.fault, "unavailable");
  });
}
