import { openMysql, openSqlite } from "../database/open_database.ts";
import { makeScratchDatabase } from "../database/testing/mysql_scratch.ts";
import { withTempFolder } from "../database/testing/temp_folder.ts";
import { seededRandom } from "../../shared/tools/drill/seeded_random.ts";
import { listMillion } from "./testing/million_orders.ts";
import { orderPagesContract } from "./testing/order_pages_contract.ts";

orderPagesContract("MySQL", async () => {
  const scratch = await makeScratchDatabase();
  const database = await openMysql(scratch.url, () => 1);
  const close = database.close.bind(database);
  database.close = async () => {
    await close();
    await scratch.drop();
  };
  return database;
}, seededRandom(2));

Deno.test("MySQL: any page of a million orders is read without walking to it", async () => {
  const scratch = await makeScratchDatabase();
  // One connection, so that its counters are those of every statement.
  const database = await openMysql(scratch.url, () => 1, {
    poolSize: 1,
    statementTimeoutMs: 60_000,
  });
  try {
    await listMillion("MySQL", database, async () => {
      const rows = await database.query<{ Value: string }>(
        "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_first', 'Handler_read_key', " +
          "'Handler_read_last', 'Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd', " +
          "'Handler_read_rnd_next')",
      );
      return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
    });
  } finally {
    await database.close();
    await scratch.drop();
  }
});

Deno.test("SQLite: any page of a million orders is read without walking to it", async () => {
  const open = withTempFolder((folder, clock) => openSqlite(`${folder}/million.db`, clock));
  const database = await open(() => 1);
  const query = database.query.bind(database);
  let scans = 0;
  // It counts no rows; its plans say whether a statement walks through a table.
  database.query = async (text, params) => {
    const plan = await query<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, params);
    if (plan.some(({ detail }) => /^SCAN orders\b/.test(detail))) scans += 1;
    return await query(text, params);
  };
  try {
    await listMillion("SQLite", database, () => Promise.resolve(scans * 1_000_000));
  } finally {
    await database.close();
  }
});
