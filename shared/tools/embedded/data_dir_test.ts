import { assertEquals, assertRejects } from "@std/assert";
import { ConfigurationError } from "../../env.ts";
import { openDataDir } from "./data_dir.ts";

async function inTempDir(work: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "dropgate-test-" });
  try {
    await work(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("openDataDir() keeps its secrets over a restart and from other users", async () => {
  await inTempDir(async (path) => {
    const first = await openDataDir(`${path}/data`);
    first.release();
    const second = await openDataDir(`${path}/data`);
    second.release();
    assertEquals(second.secrets, first.secrets);
    assertEquals(new Set(Object.values(first.secrets)).size, 5);
    const { mode } = await Deno.stat(`${path}/data/secrets.json`);
    assertEquals((mode ?? 0) & 0o077, 0);
  });
});

Deno.test("openDataDir() refuses a folder that another holder has open", async () => {
  await inTempDir(async (path) => {
    const first = await openDataDir(path);
    await assertRejects(() => openDataDir(path), ConfigurationError, "another process has it open");
    first.release();
    (await openDataDir(path)).release();
  });
});

Deno.test("openDataDir() says what is wrong with a damaged secrets file", async () => {
  await inTempDir(async (path) => {
    await Deno.writeTextFile(`${path}/secrets.json`, "{");
    await assertRejects(() => openDataDir(path), ConfigurationError, "must be JSON");
  });
});
