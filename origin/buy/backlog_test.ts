import { assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../../shared/log.ts";
import { Backlog } from "./backlog.ts";

function backlogOf(depths: (number | Error)[]) {
  const queue = {
    depth: () => {
      const ready = depths.shift() ?? 0;
      return ready instanceof Error
        ? Promise.reject(ready)
        : Promise.resolve({ ready, consumers: 1 });
    },
  };
  return new Backlog({ queue, maxQueuedMessages: 100, log: logOf("test") });
}

Deno.test("Backlog refuses above its limit and opens again below 80 % of it", async () => {
  const backlog = backlogOf([0, 100, 101, 100, 80, 79, 100, 101]);
  assertEquals([backlog.isOver(), backlog.restriction()], [false, null]);
  const seen: boolean[] = [];
  for (let look = 0; look < 8; look += 1) {
    await backlog.refresh();
    seen.push(backlog.isOver());
  }
  assertEquals(seen, [false, false, true, true, true, false, false, true]);
  assertEquals(backlog.restriction(), "busy");
});

Deno.test("Backlog keeps what it knows while the queue cannot be asked", async () => {
  const backlog = backlogOf([new Error("away"), 101, new Error("away"), 0]);
  await assertRejects(() => backlog.refresh(), Error, "away");
  assertEquals(backlog.isOver(), false);
  await backlog.refresh();
  await assertRejects(() => backlog.refresh(), Error, "away");
  assertEquals(backlog.isOver(), true);
  await backlog.refresh();
  assertEquals(backlog.isOver(), false);
});
