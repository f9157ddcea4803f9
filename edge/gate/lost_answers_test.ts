import { assert, assertEquals } from "@std/assert";
import type { BuyAnswer, InternalBuy } from "../../shared/internal_api.ts";
import type { RefusalPeriod } from "../sale_index.ts";
import { LostAnswers } from "./lost_answers.ts";

/** Questions are answered when `reply` is called, with what it gives. */
function makeLost(maxRemembered = 1_000) {
  const asked: { buy: InternalBuy; sink: (answer: BuyAnswer) => void }[] = [];
  const now = { ms: 100_000 };
  const lost = new LostAnswers({
    batcher: { submit: (buy, sink) => void asked.push({ buy, sink }) },
    clock: () => now.ms,
    maxRemembered,
  });
  const find = (userId: string, requestId: string, period: RefusalPeriod) =>
    lost.find(1, 2, userId, 1, requestId, period);
  const reply = (answer: BuyAnswer) => {
    for (const { sink } of asked.splice(0)) sink(answer);
  };
  return { lost, asked, now, find, reply };
}

const LONG_AGO: RefusalPeriod = { name: "sold_out-1", sinceMs: 0 };

Deno.test("LostAnswers asks with a look-up that buys nothing", async () => {
  const { asked, find, reply } = makeLost();
  const found = find("ann", "r1", LONG_AGO);
  assertEquals(asked.map(({ buy }) => buy), [[1, 2, "ann", 1, "r1", 1]]);
  reply({ outcome: "reserved", ticket: "t", payBy: 5, repeat: true });
  assertEquals((await found)?.outcome, "reserved");
});

Deno.test("LostAnswers asks once per buyer, request id and period", async () => {
  const { asked, find, reply, lost } = makeLost();
  const together = [find("ann", "r1", LONG_AGO), find("ann", "r1", LONG_AGO)];
  assertEquals(asked.length, 1);
  reply({ outcome: "unknown_buyer" });
  assertEquals(await Promise.all(together), [null, null]);
  assertEquals(await find("ann", "r1", LONG_AGO), null);
  assertEquals([asked.length, lost.rememberedCount], [0, 1]);
  const others = [
    find("ann", "r2", LONG_AGO),
    find("bob", "r1", LONG_AGO),
    find("ann", "r1", { name: "sold_out-2", sinceMs: 0 }),
  ];
  assertEquals(asked.length, 3);
  reply({ outcome: "unknown_buyer" });
  await Promise.all(others);
});

Deno.test("LostAnswers remembers nothing while buys may still be on their way", async () => {
  const { asked, find, reply, now, lost } = makeLost();
  const fresh = { name: "sold_out-1", sinceMs: now.ms };
  const first = find("ann", "r1", fresh);
  reply({ outcome: "unknown_buyer" });
  assertEquals([await first, lost.rememberedCount], [null, 0]);
  const second = find("ann", "r1", fresh);
  assertEquals(asked.length, 1);
  reply({ outcome: "reserved", ticket: "t", payBy: 5, repeat: true });
  assertEquals((await second)?.outcome, "reserved");
});

Deno.test("LostAnswers asks again after a while", async () => {
  const { asked, find, reply, now } = makeLost();
  const first = find("ann", "r1", LONG_AGO);
  reply({ outcome: "unknown_buyer" });
  await first;
  now.ms += 14_999;
  assertEquals(await find("ann", "r1", LONG_AGO), null);
  now.ms += 1;
  const again = find("ann", "r1", LONG_AGO);
  assertEquals(asked.length, 1);
  reply({ outcome: "unknown_buyer" });
  await again;
});

Deno.test("LostAnswers does not take trouble for a no", async () => {
  const { find, reply, lost } = makeLost();
  for (const outcome of ["busy", "unavailable", "paused"] as const) {
    const found = find("ann", "r1", LONG_AGO);
    reply({ outcome });
    assertEquals(await found, { outcome });
  }
  assertEquals(lost.rememberedCount, 0);
});

Deno.test("LostAnswers remembers no more than its bound", async () => {
  const { find, reply, lost } = makeLost(100);
  for (let i = 0; i < 1_000; i += 1) {
    const found = find(`user-${i}`, "r", LONG_AGO);
    reply({ outcome: "unknown_buyer" });
    await found;
    assert(lost.rememberedCount <= 100);
  }
});
