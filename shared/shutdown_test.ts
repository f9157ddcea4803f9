import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { logOf } from "./log.ts";
import { DeadlineError, ShutdownStack, withDeadline } from "./shutdown.ts";
import { ChildProgram } from "./testing/child_program.ts";

Deno.test("ShutdownStack frees in reverse order, whatever fails or hangs", async () => {
  const stack = new ShutdownStack(logOf("test"));
  const freed: string[] = [];
  stack.push("first", () => void freed.push("first"));
  stack.push("fails", () => Promise.reject(new Error("no")));
  stack.push("throws", () => {
    throw new Error("no");
  });
  stack.push("hangs for its own time", () => new Promise(() => {}), 5);
  stack.push("hangs", () => new Promise(() => {}));
  stack.push("last", async () => {
    await Promise.resolve();
    freed.push("last");
  });
  const running = stack.run(10);
  await Promise.all([running, stack.run(10)]);
  assertEquals(freed, ["last", "first"]);
});

Deno.test("withDeadline() passes on results and failures, and gives up in time", async () => {
  assertEquals(await withDeadline(Promise.resolve(1), 1_000, "counting"), 1);
  await assertRejects(() => withDeadline(Promise.reject(new Error("no")), 1_000, "x"), Error, "no");
  const hanging = new Promise(() => {});
  await assertRejects(() => withDeadline(hanging, 1, "waiting"), DeadlineError, "Gave up waiting");
});

Deno.test("stopOnSignals() ends a drain that hangs at its deadline", async () => {
  await ChildProgram.with("stopping_stand_in.ts", { DRAIN: "hangs" }, async (program) => {
    await program.printed(/runs/);
    program.signal("SIGTERM");
    // The echo of the first one.
    program.signal("SIGTERM");
    const { code, tookMs } = await program.ended();
    assertEquals([code, tookMs > 3_000 && tookMs < 10_000], [0, true]);
    assertStringIncludes(program.output, "cut off");
  });
});

Deno.test("stopOnSignals() ends at once on a second signal that is no echo", async () => {
  await ChildProgram.with("stopping_stand_in.ts", { DRAIN: "hangs" }, async (program) => {
    await program.printed(/runs/);
    program.signal("SIGINT");
    await program.printed(/a second on/);
    program.signal("SIGINT");
    assertEquals((await program.ended()).code, 0);
    assertEquals(program.output.includes("cut off"), false);
  });
});

Deno.test("stopOnSignals() ends with the status asked for, also when the drain throws", async () => {
  for (const DRAIN of ["throws", "ends"]) {
    await ChildProgram.with("stopping_stand_in.ts", { DRAIN }, async (program) => {
      await program.printed(/runs/);
      program.signal("SIGUSR1");
      assertEquals((await program.ended()).code, 7);
      assertStringIncludes(program.output, "drain own");
    });
  }
});
