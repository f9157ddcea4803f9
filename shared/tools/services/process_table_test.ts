import { assert, assertEquals } from "@std/assert";
import { killProcessesWith, processesWith, sendSignal, startTicksOf } from "./process_table.ts";

function sleeper(mark: string): Deno.ChildProcess {
  return new Deno.Command("sleep", {
    args: ["60"],
    env: { DROPGATE_TABLE_TEST: mark },
    detached: true,
  }).spawn();
}

Deno.test("startTicksOf() tells this process from one that is gone", async () => {
  assert(await startTicksOf(Deno.pid));
  const child = sleeper(crypto.randomUUID());
  assert(await startTicksOf(child.pid));
  sendSignal(child.pid, "SIGKILL");
  await child.status;
  assertEquals(await startTicksOf(child.pid), null);
  assertEquals(sendSignal(child.pid, "SIGKILL"), false);
});

Deno.test("killProcessesWith() ends those with the mark and no others", async () => {
  const mark = crypto.randomUUID();
  const [ours, alsoOurs, other] = [sleeper(mark), sleeper(mark), sleeper(`${mark}0`)];
  assertEquals((await processesWith("DROPGATE_TABLE_TEST", mark)).length, 2);
  await killProcessesWith("DROPGATE_TABLE_TEST", mark);
  assertEquals((await ours.status).signal, "SIGKILL");
  assertEquals((await alsoOurs.status).signal, "SIGKILL");
  assertEquals(await processesWith("DROPGATE_TABLE_TEST", `${mark}0`), [other.pid]);
  sendSignal(other.pid, "SIGKILL");
  await other.status;
});
