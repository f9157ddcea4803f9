import { assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { startServices } from "../services/start_services.ts";
import { readInfo, RedisReplica } from "./redis_replica.ts";

Deno.test("RedisReplica lags behind a silent link and is promoted with what it has", async () => {
  const services = await startServices({ which: ["redis"], log: () => {}, env: {} });
  const primary = new Redis(services.urls.redis!);
  primary.on("error", () => {});
  try {
    await primary.set("stock", "10");
    const replica = await RedisReplica.attach(services.parts.redis!);
    try {
      assertEquals(await replica.client.get("stock"), "10");
      const replid = (await replica.info()).master_replid;
      assertEquals(replid, readInfo(await primary.info("replication")).master_replid);
      replica.link.silence();
      await primary.set("stock", "9");
      await replica.promote();
      const info = await replica.info();
      assertEquals([info.role, info.master_replid === replid], ["master", false]);
      assertEquals(await replica.client.get("stock"), "10");
      // Whoever knew the primary's password can sign in here.
      const { password } = new URL(services.urls.redis!);
      const sent = new Redis(`redis://:${password}@127.0.0.1:${replica.port}`);
      assertEquals(await sent.get("stock"), "10");
      await sent.quit();
    } finally {
      await replica.stop();
    }
  } finally {
    await primary.quit();
    await services.stop();
  }
});
