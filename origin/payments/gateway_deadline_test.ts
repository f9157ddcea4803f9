import { assertEquals, assertRejects } from "@std/assert";
import { DeadlineError } from "../../shared/shutdown.ts";
import { callGateway } from "./gateway_deadline.ts";

Deno.test("callGateway() gives up on a gateway that hangs, and tells it", async () => {
  let seen: AbortSignal | null = null;
  const hang = (signal: AbortSignal) => {
    seen = signal;
    return new Promise<never>(() => {});
  };
  await assertRejects(() => callGateway(hang, 5, "asking"), DeadlineError, "asking after 5 ms");
  assertEquals((seen as AbortSignal | null)?.aborted, true);
});

Deno.test("callGateway() hands on what the gateway says and throws", async () => {
  assertEquals(await callGateway(() => Promise.resolve(7), 1_000, "asking"), 7);
  const fail = () => callGateway(() => Promise.reject(new Error("no")), 1_000, "asking");
  await assertRejects(fail, Error, "no");
});
