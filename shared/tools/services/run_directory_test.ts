import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { processesWith, startTicksOf } from "./process_table.ts";
import { cleanDeadRuns, openRun, RUN_VARIABLE } from "./run_directory.ts";

Deno.test("openRun() makes a folder that only its user can read, and close() removes it", async () => {
  const run = await openRun();
  assertEquals((await Deno.stat(run.dir)).mode! & 0o777, 0o700);
  const child = new Deno.Command("sleep", {
    args: ["60"],
    env: { [RUN_VARIABLE]: run.dir },
    detached: true,
  }).spawn();
  await run.close();
  assertEquals((await child.status).signal, "SIGKILL");
  await assertRejects(() => Deno.stat(run.dir), Deno.errors.NotFound);
});

Deno.test("cleanDeadRuns() removes what dead owners left and nothing else", async () => {
  const root = await Deno.makeTempDir();
  try {
    const ticks = await startTicksOf(Deno.pid);
    const kept = [
      `dropgate-run-${Deno.pid}-${ticks}-alive`,
      "dropgate-run-notes",
      "another-run-1-1-x",
    ];
    // The same process id, but of a process that started at another time.
    const dead = [`dropgate-run-${Deno.pid}-1-reused`, "dropgate-run-4194303-17-gone"];
    for (const name of [...kept, ...dead]) {
      await Deno.mkdir(join(root, name, "data"), { recursive: true });
    }
    await Deno.symlink(join(root, kept[2] ?? ""), join(root, "dropgate-run-4194303-17-link"));
    const left = join(root, dead[1] ?? "");
    const child = new Deno.Command("sleep", {
      args: ["60"],
      env: { [RUN_VARIABLE]: left },
      detached: true,
    }).spawn();

    const removed = await cleanDeadRuns(root);

    assertEquals(removed.sort(), dead.map((name) => join(root, name)).sort());
    assertEquals((await child.status).signal, "SIGKILL");
    assertEquals(await processesWith(RUN_VARIABLE, left), []);
    const names = [...Deno.readDirSync(root)].map((entry) => entry.name).sort();
    assertEquals(names, [...kept, "dropgate-run-4194303-17-link"].sort());
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
