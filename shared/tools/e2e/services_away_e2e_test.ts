import { assert, assertEquals } from "@std/assert";
import { startServices } from "../services/start_services.ts";
import type { ServiceHandle, ServiceName, ServiceUrls } from "../services/service_handle.ts";
import { freePort } from "../services/free_port.ts";
import { openRun } from "../services/run_directory.ts";
import { call, TestShop } from "./shop.ts";
import { startSystem, type TestSystem, waitFor } from "./system.ts";

/** Runs a walk on a services system whose servers may be broken. */
async function onOwnServers(
  walk: (
    system: () => Promise<TestSystem>,
    servers: Record<ServiceName, ServiceHandle>,
  ) => Promise<void>,
): Promise<void> {
  const run = await openRun();
  const services = await startServices({ log: () => {}, env: {}, run });
  const systems: TestSystem[] = [];
  try {
    const { redis, amqp, mysql } = services.urls as ServiceUrls;
    const start = async () => {
      const system = await startSystem("services", {
        REDIS_URL: redis,
        AMQP_URL: amqp,
        MYSQL_URL: mysql,
      });
      systems.push(system);
      return system;
    };
    await walk(start, services.parts as Record<ServiceName, ServiceHandle>);
  } finally {
    for (const system of systems) await system.stop();
    await services.stop();
    await run.close();
  }
}

/** Buys until the answer is the expected one; every answer comes within the time. */
async function buyUntil(
  shop: TestShop,
  sale: { saleId: number; productId: number },
  expected: string,
  maxMs: number,
): Promise<number> {
  let at = 0;
  return await waitFor(`a buy to be ${expected}`, async () => {
    at += 1;
    const token = await shop.signIn(`${expected}-${at}`);
    const since = performance.now();
    const { status, body } = await shop.buy(sale, token);
    const tookMs = performance.now() - since;
    if ((body.code ?? body.outcome) !== expected) return null;
    assert(tookMs < maxMs, `${expected} took ${tookMs.toFixed()} ms`);
    return status;
  });
}

Deno.test("services: what is known to be away is refused at once, and buys outlive MySQL", async () => {
  await onOwnServers(async (start, servers) => {
    const system = await start();
    const shop = new TestShop(system);
    const sale = await shop.openSale(1_000);
    assertEquals(await buyUntil(shop, sale, "reserved", 5_000), 201);

    // MySQL away: buys go on, and their orders are written when it is back.
    await servers.mysql.kill();
    const ann = await shop.signIn("ann");
    const bought = await shop.buy(sale, ann, { key: "without-mysql" });
    assertEquals([bought.status, bought.body.outcome], [201, "reserved"]);
    const polled = await shop.order(bought.body.ticket, ann);
    assertEquals([polled.status, polled.body.status], [200, "processing"]);
    await servers.mysql.start();
    assertEquals((await shop.writtenOrder(bought.body.ticket, ann)).body.status, "unpaid");

    // The broker away: refused before anything is deducted.
    const before = (await shop.proofAtRest(sale.saleId)).body;
    await servers.amqp.kill();
    assertEquals(await buyUntil(shop, sale, "unavailable", 300), 503);
    await servers.amqp.start();
    await buyUntil(shop, sale, "reserved", 5_000);

    // Redis away; when it is back it is another server, so the item is recovered before it sells.
    await servers.redis.kill();
    assertEquals(await buyUntil(shop, sale, "unavailable", 300), 503);
    await servers.redis.start();
    await buyUntil(shop, sale, "reserved", 5_000);
    const after = (await shop.proofAtRest(sale.saleId)).body;
    assertEquals([before.ok, after.ok, after.violations], [true, true, []]);
    assertEquals(after.remaining + after.unpaid, 1_000);
  });
});

Deno.test("services: origin and worker start without their servers and say which they miss", async () => {
  const run = await openRun();
  const services = await startServices({ log: () => {}, env: {}, run });
  const servers = services.parts as Record<ServiceName, ServiceHandle>;
  const { redis, amqp, mysql } = services.urls as ServiceUrls;
  await Promise.all(Object.values(servers).map((server) => server.kill()));
  const parts = [["origin/main.ts", "ORIGIN_PORT"], ["origin/worker/main.ts", "WORKER_PORT"]];
  const started = parts.map(([script, portVariable]) => {
    const port = freePort();
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL(`../../../${script}`, import.meta.url).pathname],
      env: {
        REDIS_URL: redis,
        AMQP_URL: amqp,
        MYSQL_URL: mysql,
        HOST: "127.0.0.1",
        [portVariable!]: String(port),
        ...{ DEMO: "1", EDGE_KEY: "e", RECEIPT_KEY: "r", ADMIN_TOKEN: "a" },
      },
      stdout: "null",
      stderr: "null",
    }).spawn();
    return { process, url: `http://127.0.0.1:${port}` };
  });
  try {
    const present: string[] = [];
    const missesAllBut = async (names: string[]) => {
      const expected = ["ledger", "queue", "database"].filter((name) => !names.includes(name));
      for (const { url } of started) {
        await waitFor(`${url} to miss ${expected.join(" and ")}`, async () => {
          const { body } = await call("GET", `${url}/readyz`).catch(() => ({ body: null }));
          const failed = body?.checks.filter((one: { ok: boolean }) => !one.ok)
            .map((one: { name: string }) => one.name)
            .filter((name: string) => ["ledger", "queue", "database"].includes(name));
          return JSON.stringify(failed) === JSON.stringify(expected) ? true : null;
        });
      }
    };
    await missesAllBut([]);
    for (const [server, check] of [["mysql", "database"], ["redis", "ledger"]] as const) {
      await servers[server].start();
      present.push(check);
      await missesAllBut(present);
    }
    await servers.amqp.start();
    for (const { url } of started) {
      await waitFor(`${url} to be ready`, async () => {
        return (await call("GET", `${url}/readyz`)).status === 200 ? true : null;
      });
    }
  } finally {
    for (const { process } of started) process.kill("SIGTERM");
    const ends = await Promise.all(started.map(({ process }) => process.status));
    assertEquals(ends.map(({ code }) => code), [0, 0]);
    await services.stop();
    await run.close();
  }
});
