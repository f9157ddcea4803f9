import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { openSqlite } from "../database/open_database.ts";
import { SCRIPTS } from "../ledger/redis_ledger_scripts.ts";
import { sqliteProbes } from "./database_probe.ts";
import { probeRedis } from "./redis_probe.ts";

/** A Redis that answers what it is told to. */
class FakeRedis {
  info_ = {
    server: "redis_version:7.2.4\r\n",
    memory: "maxmemory_policy:noeviction\r\n",
    replication: "role:master\r\nmaster_replid:0123456789abcdef\r\n",
  };
  missing = new Set<string>();
  loaded: string[] = [];

  info(section: string): Promise<string> {
    return Promise.resolve(this.info_[section as keyof typeof this.info_]);
  }

  time(): Promise<unknown> {
    return Promise.resolve(["1000", "250000"]);
  }

  script(command: "LOAD" | "EXISTS", ...args: string[]): Promise<unknown> {
    if (command === "LOAD") return Promise.resolve(this.loaded.push(args[0]!));
    return Promise.resolve(args.map((sha) => this.missing.has(sha) ? 0 : 1));
  }
}

const probe = (redis: FakeRedis) => probeRedis(redis, () => 1_000_000);

Deno.test("probeRedis() finds a server that can keep stock, and how its clock stands", async () => {
  assertEquals(await probe(new FakeRedis()), {
    server: "Redis",
    clock: { offsetMs: 250, uncertaintyMs: 0 },
    ok: true,
    detail: `Redis 7.2.4, noeviction, ${Object.keys(SCRIPTS).length} scripts loaded, ` +
      "replication id 01234567…",
    advice: null,
  });
});

Deno.test("probeRedis() loads the scripts that are missing", async () => {
  const redis = new FakeRedis();
  redis.missing.add(SCRIPTS.deduct.sha);
  assertMatch((await probe(redis)).detail, /\(1 of them just now\)/);
  assertEquals(redis.loaded, [SCRIPTS.deduct.text]);
});

Deno.test("probeRedis() refuses an old server, one that evicts, a replica and one without INFO", async () => {
  for (
    const [section, text, detail] of [
      ["server", "redis_version:6.2.0\r\n", /7 or later/],
      ["memory", "maxmemory_policy:allkeys-lru\r\n", /allkeys-lru/],
      ["replication", "role:slave\r\nmaster_replid:0123\r\n", /is a slave/],
      ["replication", "role:master\r\n", /no replication id/],
    ] as const
  ) {
    const redis = new FakeRedis();
    redis.info_[section] = text;
    const found = await probe(redis);
    assertEquals([found.ok, found.advice !== null], [false, true], text);
    assertMatch(found.detail, detail);
  }
  const away = new FakeRedis();
  away.time = () => Promise.reject(new Error("Connection is closed."));
  await assertRejects(() => probe(away));
});

Deno.test("sqliteProbes() tell whether the file has the schema of this code", async () => {
  const db = await openSqlite(":memory:", () => 1);
  try {
    const probes = sqliteProbes(db);
    assertEquals((await probes.ledger()).ok, true);
    assertEquals([(await probes.database()).ok, (await probes.database()).clock], [true, null]);
    await db.execute("DELETE FROM schema_migration WHERE number = 3");
    assertMatch((await probes.database()).detail, /5 of 6 steps/);
    await db.execute("INSERT INTO schema_migration (number, name, applied_at) VALUES (99, 'x', 1)");
    assertMatch((await probes.database()).detail, /schema 99/);
  } finally {
    await db.close();
  }
});
