import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { systemClock } from "../../shared/clock.ts";
import { serviceFor } from "../../shared/testing/services_env.ts";
import { openMysql } from "../database/open_database.ts";
import { scratchForThisFile } from "../database/testing/mysql_scratch.ts";
import { closeRedisClients, createRedisClients, whenRedisReady } from "../ledger/redis_client.ts";
import { probeMysql } from "./database_probe.ts";
import { probeRedis } from "./redis_probe.ts";

const scratch = scratchForThisFile();

Deno.test("probeRedis() reads a real server and its clock", async () => {
  const clients = createRedisClients(serviceFor("REDIS_URL"), () => {});
  try {
    await whenRedisReady(clients, 10_000);
    const found = await probeRedis(clients.admin, systemClock);
    assertEquals([found.ok, found.advice], [true, null]);
    assertMatch(found.detail, /^Redis \d+\.\d+\.\d+, noeviction, \d+ scripts loaded/);
    // It runs on this machine: what is left is the way there and back.
    const { offsetMs, uncertaintyMs } = found.clock!;
    assertLess(Math.abs(offsetMs), uncertaintyMs + 5);
  } finally {
    await closeRedisClients(clients);
  }
});

Deno.test("probeMysql() reads a real server, its schema and its clock, in any zone", async () => {
  const database = await openMysql(scratch.url(), systemClock);
  try {
    const found = await probeMysql(database, systemClock);
    assertEquals([found.ok, found.advice], [true, null]);
    assert(found.clock);
    assertLess(Math.abs(found.clock.offsetMs), found.clock.uncertaintyMs + 5);
    await database.transaction(async (tx) => {
      await tx.execute("SET time_zone = '+08:00'");
      const { clock } = await probeMysql(tx, systemClock);
      assertLess(Math.abs(clock!.offsetMs), clock!.uncertaintyMs + 5);
      await tx.execute("SET time_zone = '+00:00'");
    });
    await database.execute("DELETE FROM schema_migration WHERE number = 1");
    assertEquals((await probeMysql(database, systemClock)).ok, false);
  } finally {
    await database.close();
  }
});
