import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseError, type DatabaseFault } from "./database.ts";
import { despiteDeadlocks } from "./despite_deadlocks.ts";

/** A transaction that fails in these ways before it goes well, and how often it was run. */
function failing(...faults: DatabaseFault[]) {
  const seen = { runs: 0 };
  const run = () => {
    const fault = faults[seen.runs];
    seen.runs += 1;
    return fault ? Promise.reject(new DatabaseError(fault, fault)) : Promise.resolve("done");
  };
  return { run, seen };
}

Deno.test("despiteDeadlocks() runs a transaction again that lost a deadlock", async () => {
  const { run, seen } = failing("deadlock", "deadlock");
  assertEquals(await despiteDeadlocks(run), "done");
  assertEquals(seen.runs, 3);
});

Deno.test("despiteDeadlocks() gives up after six tries", async () => {
  const { run, seen } = failing(...Array<DatabaseFault>(9).fill("deadlock"));
  await assertRejects(() => despiteDeadlocks(run), DatabaseError, "deadlock");
  assertEquals(seen.runs, 6);
});

Deno.test("despiteDeadlocks() leaves every other fault to its caller", async () => {
  for (const fault of ["lock_timeout", "unavailable", "duplicate", "invalid", "other"] as const) {
    const { run, seen } = failing(fault);
    await assertRejects(() => despiteDeadlocks(run), DatabaseError, fault);
    assertEquals(seen.runs, 1);
  }
});
