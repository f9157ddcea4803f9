import { assert, assertEquals, assertRejects } from "@std/assert";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { DatabaseError, type Sql } from "./database.ts";
import { MysqlDatabase, type MysqlLimits } from "./mysql_database.ts";
import { readMysqlUrl } from "./mysql_url.ts";
import { openMysql } from "./open_database.ts";
import { databaseContract } from "./testing/database_contract.ts";
import { scratchForThisFile } from "./testing/mysql_scratch.ts";

const scratch = scratchForThisFile();

databaseContract("MySQL", (clock) => openMysql(scratch.url(), clock));

const test = (
  what: string,
  limits: Partial<MysqlLimits>,
  work: (database: MysqlDatabase, id: string) => Promise<void>,
) =>
  Deno.test(`MysqlDatabase ${what}`, async () => {
    const database = await openMysql(scratch.url(), () => 1, limits);
    try {
      await work(database, uniqueName("row"));
    } finally {
      await database.close();
    }
  });

const INSERT = "INSERT INTO inbox (message_id, content_hash, created_at) VALUES (?, 'x', 1)";
const LOCK = "SELECT message_id FROM inbox WHERE message_id = ? FOR UPDATE";

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => work, DatabaseError);
  return error.fault;
}

test("sets every session up before its first statement", {}, async (database) => {
  const names = ["tx_isolation", "transaction_isolation"];
  const rows = await database.query<{ Variable_name: string; Value: string }>(
    "SHOW SESSION VARIABLES WHERE Variable_name IN (?, ?, 'time_zone', 'sql_mode', " +
      "'innodb_lock_wait_timeout', 'character_set_client', 'character_set_results')",
    names,
  );
  const found = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  assertEquals(names.map((name) => found.get(name)).find(Boolean), "READ-COMMITTED");
  assertEquals(found.get("time_zone"), "+00:00");
  assertEquals(found.get("innodb_lock_wait_timeout"), "3");
  assertEquals(found.get("character_set_client"), "utf8mb4");
  assertEquals(found.get("character_set_results"), "utf8mb4");
  assert(found.get("sql_mode")?.includes("STRICT_ALL_TABLES"));
});

test("tells a deadlock from other faults, and can be used afterwards", {}, async (database, id) => {
  const [a, b] = [`${id}a`, `${id}b`];
  for (const key of [a, b]) await database.execute(INSERT, [key]);
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const cross = (mine: string, other: string, ready: () => void, wait: Promise<void>) =>
    database.transaction(async (tx) => {
      await tx.query(LOCK, [mine]);
      ready();
      await wait;
      await tx.query(LOCK, [other]);
    });
  const results = await Promise.allSettled([
    cross(a, b, first.resolve, second.promise),
    cross(b, a, second.resolve, first.promise),
  ]);
  const failed = results.filter((result) => result.status === "rejected");
  assertEquals(failed.length, 1);
  assertEquals((failed[0]!.reason as DatabaseError).fault, "deadlock");
  assertEquals(database.isUp(), true);
  await cross(a, b, () => {}, Promise.resolve());
});

test("gives up waiting for a lock", { lockWaitTimeoutS: 1 }, async (database, id) => {
  await database.execute(INSERT, [id]);
  await database.transaction(async (holder) => {
    await holder.query(LOCK, [id]);
    const waiting = database.transaction((tx) => tx.query(LOCK, [id]));
    assertEquals(await faultOf(waiting), "lock_timeout");
  });
});

test("lets nobody go on in a transaction that the server has ended", {
  lockWaitTimeoutS: 1,
}, async (database, id) => {
  await database.execute(INSERT, [id]);
  const swallowing = database.transaction(async (holder) => {
    await holder.query(LOCK, [id]);
    await database.transaction(async (tx) => {
      await tx.execute(INSERT, [`${id}-lost`]);
      await tx.query(LOCK, [id]).catch(() => {});
      await assertRejects(() => tx.execute(INSERT, [`${id}-after`]), DatabaseError);
    });
  });
  assertEquals(await faultOf(swallowing), "lock_timeout");
  const left = await database.query("SELECT message_id FROM inbox WHERE message_id LIKE ?", [
    `${id}-%`,
  ]);
  assertEquals(left, []);
});

test("takes no statement for a transaction that is over", {}, async (database, id) => {
  let kept: Sql | null = null;
  await database.transaction((tx) => {
    kept = tx;
    return Promise.resolve();
  });
  assertEquals(await faultOf(kept!.execute(INSERT, [id])), "other");
});

test("ends a transaction at its deadline and frees what it held", {
  transactionTimeoutMs: 200,
}, async (database, id) => {
  await database.execute(INSERT, [id]);
  const never = Promise.withResolvers<void>();
  const hanging = database.transaction(async (tx) => {
    await tx.query(LOCK, [id]);
    await never.promise;
  });
  assertEquals(await faultOf(hanging), "unavailable");
  await database.transaction((tx) => tx.query(LOCK, [id]));
});

test("ends a statement at its deadline", { statementTimeoutMs: 200 }, async (database) => {
  assertEquals(await faultOf(database.query("SELECT SLEEP(3)")), "unavailable");
  assertEquals(database.isUp(), false);
  await database.query("SELECT 1");
  assertEquals(database.isUp(), true);
});

test("refuses callers instead of queueing them for ever", {
  poolSize: 1,
  queueLimit: 1,
  acquireTimeoutMs: 200,
}, async (database, id) => {
  await database.transaction(async (tx) => {
    await tx.execute(INSERT, [id]);
    const [waits, tooMany] = [database.query("SELECT 1"), database.query("SELECT 1")];
    assertEquals(await faultOf(tooMany), "unavailable");
    assertEquals(await faultOf(waits), "unavailable");
  });
  // The connection that came too late went back to the pool.
  for (let time = 0; time < 3; time++) await database.query("SELECT 1");
});

test("survives the loss of its connections", {}, async (database, id) => {
  const rival = new MysqlDatabase(readMysqlUrl(scratch.url()));
  const kill = (connection: number) => rival.command(`KILL ${connection}`);
  try {
    const lost = database.transaction(async (tx) => {
      await tx.execute(INSERT, [id]);
      const [row] = await tx.query<{ id: number }>("SELECT CONNECTION_ID() AS id");
      await kill(row!.id);
      await tx.execute(INSERT, [`${id}-after`]);
    });
    assertEquals(await faultOf(lost), "unavailable");
    const rows = await database.query("SELECT 1 FROM inbox WHERE message_id = ?", [id]);
    assertEquals(rows, []);
    // One that dies while it is idle is replaced as well, at the latest by the second try.
    const [row] = await database.query<{ id: number }>("SELECT CONNECTION_ID() AS id");
    await kill(row!.id);
    await database.query("SELECT 1").catch(() => {});
    await database.query("SELECT 1");
    assertEquals(database.isUp(), true);
  } finally {
    await rival.close();
  }
});

test("frees a lock also when its work throws, and across processes", {}, async (database, id) => {
  const rival = new MysqlDatabase(readMysqlUrl(scratch.url()));
  try {
    await assertRejects(
      () =>
        database.withLock(id, async () => {
          assertEquals(await rival.withLock(id, () => Promise.resolve(1)), null);
          throw new Error("broken");
        }),
      Error,
      "broken",
    );
    assertEquals(await rival.withLockWithin(id, 2, () => Promise.resolve(1)), 1);
  } finally {
    await rival.close();
  }
});

Deno.test("openMysql() says that the database does not exist", async () => {
  const url = new URL(serviceFor("MYSQL_URL"));
  url.pathname = `/${uniqueName("missing")}`;
  const error = await assertRejects(() => openMysql(url.href, () => 1), DatabaseError);
  assertEquals(error.fault, "other");
  // A server may hide from its users which databases there are.
  assert(/must exist|denied/.test(error.message), error.message);
});

Deno.test("openMysql() says that the sign-in is refused, and does not use up its pool", async () => {
  const url = new URL(scratch.url());
  url.password = "wrong";
  const database = new MysqlDatabase(readMysqlUrl(url.href), { poolSize: 2 });
  for (let time = 0; time < 5; time++) {
    assertEquals(await faultOf(database.ping(2_000)), "other");
  }
  await database.close();
});

Deno.test("openMysql() says that nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const database = new MysqlDatabase(readMysqlUrl(`mysql://me@127.0.0.1:${port}/shop`));
  for (let time = 0; time < 15; time++) {
    assertEquals(await faultOf(database.ping(2_000)), "unavailable");
  }
  assertEquals(database.isUp(), false);
  await database.close();
});

Deno.test("ping() gives up a server that says nothing", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const silent: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) silent.push(connection);
  })();
  const url = `mysql://me@127.0.0.1:${listener.addr.port}/shop`;
  const database = new MysqlDatabase(readMysqlUrl(url), { acquireTimeoutMs: 150, poolSize: 2 });
  for (let time = 0; time < 4; time++) {
    assertEquals(await faultOf(database.ping(1_000)), "unavailable");
  }
  await database.close();
  listener.close();
  await accepting;
  for (const connection of silent) connection.close();
});

test(
  "tells what its connections do",
  { poolSize: 2, acquireTimeoutMs: 5_000 },
  async (database) => {
    assertEquals(database.poolSize, 2);
    const idle = database.poolState();
    assertEquals([idle.inUse, idle.waiting], [0, 0]);
    const release = Promise.withResolvers<void>();
    const begun = [0, 1].map(() => Promise.withResolvers<void>());
    const holding = begun.map((one) =>
      database.transaction(async (tx) => {
        await tx.query("SELECT 1");
        one.resolve();
        await release.promise;
      })
    );
    await Promise.all(begun.map((one) => one.promise));
    const waiting = database.query("SELECT 1");
    assertEquals(database.poolState(), { open: 2, inUse: 2, waiting: 1 });
    release.resolve();
    await Promise.all([...holding, waiting]);
    assertEquals(database.poolState(), { open: 2, inUse: 0, waiting: 0 });
  },
);
