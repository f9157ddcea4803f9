import { assertEquals, assertRejects } from "@std/assert";
import { closeRedis, connectRedis, whenRedisConnected } from "../../shared/redis_connection.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { RedisReports } from "./redis_reports.ts";
import { edgeReport } from "./testing/sample_reports.ts";
import { reportStoreContract } from "./testing/report_store_contract.ts";

async function open() {
  const namespace = uniqueName("reports");
  const url = serviceFor("REDIS_URL");
  const client = connectRedis({ url, name: "test", commandTimeoutMs: 5_000, onError: () => {} });
  await whenRedisConnected(client, 5_000);
  const [live, ended] = [`${namespace}:{reports}:live`, `${namespace}:{reports}:ended`];
  return {
    client,
    live,
    store: new RedisReports(client, namespace),
    /** The server's clock is not ours to set, so everything in it gets older. */
    async age(ms: number) {
      const entries = Object.entries(await client.hgetall(live));
      for (const [id, entry] of entries) {
        const [takenAt, ...rest] = entry.split(" ");
        await client.hset(live, id, [Number(takenAt) - ms, ...rest].join(" "));
      }
    },
    async close() {
      await client.del(live, ended);
      await closeRedis(client);
    },
  };
}

reportStoreContract("RedisReports", open);

Deno.test("RedisReports: reports of two origins are in one list, by the server's clock", async () => {
  const opened = await open();
  try {
    const other = new RedisReports(opened.client, opened.live.slice(0, opened.live.indexOf(":")));
    await opened.store.put(edgeReport("a", 1, {}, { sentAt: 1 }));
    await other.put(edgeReport("b", 1, {}, { sentAt: Date.now() + 3_600_000 }));
    const { now, reports } = await opened.store.list();
    assertEquals(reports.length, 2);
    for (const { takenAt } of reports) assertEquals(Math.abs(now - takenAt) < 60_000, true);
  } finally {
    await opened.close();
  }
});

Deno.test("RedisReports: an entry that nobody can read is left out", async () => {
  const opened = await open();
  try {
    const now = Date.now();
    const strange = { x: "", y: "12", z: `${now} 1 {"v":2}`, w: `${now} 1 not json` };
    await opened.client.hset(opened.live, strange);
    await opened.store.put(edgeReport("a", 1, {}));
    assertEquals((await opened.store.list()).reports.map(({ report }) => report.processId), ["a"]);
  } finally {
    await opened.close();
  }
});

Deno.test("RedisReports: while Redis is away every call fails in time", async () => {
  const url = "redis://127.0.0.1:1";
  const client = connectRedis({ url, name: "test", commandTimeoutMs: 1_000, onError: () => {} });
  const store = new RedisReports(client, "away");
  try {
    await assertRejects(() => store.put(edgeReport("a", 1, {})));
    await assertRejects(() => store.list());
    await assertRejects(() => store.ended());
  } finally {
    await closeRedis(client);
  }
});
