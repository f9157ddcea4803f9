import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { join } from "node:path";
import { RedisFolder } from "./redis_folder.ts";
import { openRun } from "./run_directory.ts";
import { startServices } from "./start_services.ts";

Deno.test("RedisFolder gives a server its old data back, or none", async () => {
  const run = await openRun();
  const services = await startServices({ which: ["redis"], log: () => {}, env: {}, run });
  const server = services.parts.redis!;
  const ask = async (...command: [string, ...string[]]) => {
    const client = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
    client.on("error", () => {});
    await client.connect();
    try {
      return await client.call(...command);
    } finally {
      await client.quit();
    }
  };
  try {
    const [, dir] = await ask("CONFIG", "GET", "dir") as string[];
    const [, name] = await ask("CONFIG", "GET", "appenddirname") as string[];
    const folder = new RedisFolder(join(dir!, name!));
    const backup = join(run.dir, "backup");
    await ask("SET", "stock", "10");
    await folder.copyTo(backup);
    await ask("SET", "stock", "9");
    await server.kill();
    await server.start();
    assertEquals(await ask("GET", "stock"), "9");

    const newer = String(await ask("INFO", "replication"));
    await server.kill();
    await folder.replaceBy(backup);
    await server.start();
    assertEquals(await ask("GET", "stock"), "10");
    const replid = /master_replid:(\w+)/;
    const older = String(await ask("INFO", "replication"));
    assert(replid.exec(older)![1] !== replid.exec(newer)![1], "a new identity");

    await server.kill();
    await folder.empty();
    await server.start();
    assertEquals(await ask("DBSIZE"), 0);
  } finally {
    await services.stop();
    await run.close();
  }
});
