import { assertEquals } from "@std/assert";
import { logOf } from "./log.ts";
import { repeat } from "./repeat.ts";

Deno.test("repeat() runs again when woken, one run at a time, and stops after the run under way", async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const third = Promise.withResolvers<void>();
  const job = repeat("test", 60_000, logOf("test"), async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    runs += 1;
    if (runs === 3) third.resolve();
    else job.wake();
  });
  await third.promise;
  await job.stop();
  assertEquals(most, 1);
  assertEquals(runs, 3);
});

Deno.test("repeat() goes on after a failure", async () => {
  let runs = 0;
  const again = Promise.withResolvers<void>();
  const job = repeat("test", 1, logOf("test"), () => {
    runs += 1;
    if (runs === 1) return Promise.reject(new Error("once"));
    again.resolve();
    return Promise.resolve();
  });
  await again.promise;
  await job.stop();
});
