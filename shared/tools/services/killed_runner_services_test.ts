import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { PROJECT_DIR } from "../launch/project.ts";
import { poll } from "./poll.ts";
import { processesWith, sendSignal } from "./process_table.ts";
import { cleanDeadRuns, RUN_VARIABLE } from "./run_directory.ts";

/** Whether some file of the run has come into being. */
function hasFile(dir: string, ...path: string[]): boolean {
  try {
    Deno.statSync(join(dir, ...path));
    return true;
  } catch {
    return false;
  }
}

/** Moments of a start, told by what is in the folder of the run by then. */
const MOMENTS: Record<string, (dir: string) => boolean> = {
  "its folder was made": () => true,
  "Redis was spawned": (dir) => hasFile(dir, "redis", "log"),
  "MariaDB made its tables": (dir) => hasFile(dir, "maria", "data"),
  "MariaDB started": (dir) => hasFile(dir, "maria", "pid"),
  "RabbitMQ started its name service": (dir) => hasFile(dir, "rabbit", "home", ".erlang.cookie"),
  "RabbitMQ made its tables": (dir) => hasFile(dir, "rabbit", "data"),
};

/** Starts private servers in a process of its own, with its temporary files under `root`. */
function startRunner(root: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(PROJECT_DIR, "shared/tools/services.ts")],
    env: { TMPDIR: root, REDIS_URL: "", AMQP_URL: "", MYSQL_URL: "" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
}

function runOf(root: string): string | null {
  for (const { name } of Deno.readDirSync(root)) {
    if (name.startsWith("dropgate-run-")) return join(root, name);
  }
  return null;
}

for (const [moment, reached] of Object.entries(MOMENTS)) {
  Deno.test(`cleanDeadRuns() cleans after a runner killed when ${moment}`, async () => {
    const root = await Deno.makeTempDir({ prefix: "dg-" });
    try {
      const runner = startRunner(root);
      const dir = await poll("the moment", () => {
        const dir = runOf(root);
        return dir && reached(dir) ? dir : null;
      }, { timeoutMs: 60_000, everyMs: 2 });
      sendSignal(runner.pid, "SIGKILL");
      await runner.status;

      await cleanDeadRuns(root);

      assertEquals(await processesWith(RUN_VARIABLE, dir), []);
      await assertRejects(() => Deno.stat(dir), Deno.errors.NotFound);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}

Deno.test("services.ts ends with status 0 and leaves nothing when it is interrupted twice", async () => {
  const root = await Deno.makeTempDir({ prefix: "dg-" });
  try {
    const runner = startRunner(root);
    const dir = await poll("a start", () => runOf(root), { timeoutMs: 60_000 });
    await poll("a server", async () => {
      return (await processesWith(RUN_VARIABLE, dir)).length > 1 ? true : null;
    }, { timeoutMs: 60_000 });
    sendSignal(runner.pid, "SIGINT");
    sendSignal(runner.pid, "SIGINT");
    assertEquals((await runner.status).code, 0);
    assertEquals(await processesWith(RUN_VARIABLE, dir), []);
    assert(runOf(root) === null);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
