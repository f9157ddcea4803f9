import { assertEquals } from "@std/assert";
import { type Challenge, randomId } from "./challenge.ts";
import { MemoryChallenges } from "./memory_challenges.ts";
import { challengeContract } from "./testing/challenge_contract.ts";

challengeContract("MemoryChallenges", () => {
  let now = 1_000;
  return Promise.resolve({
    store: new MemoryChallenges({ randomId }),
    nowMs: () => now,
    pass(ms) {
      now += ms;
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
});

function challenge(userId: string, expiresAt = 1_000): Challenge {
  return { userId, saleId: 1, issuedAt: 0, expiresAt, x: 1, pieceWidth: 50 };
}

Deno.test("MemoryChallenges keeps the newest three of a user", async () => {
  const store = new MemoryChallenges({ randomId });
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.push(await store.put(challenge("ann"), 0));
  const other = await store.put(challenge("bob"), 0);
  assertEquals(store.openCount, 4);
  const taken = await Promise.all([...ids, other].map((id) => store.take(id, 0)));
  assertEquals(taken.map((one) => one !== null), [false, false, true, true, true, true]);
  assertEquals(store.openCount, 0);
});

Deno.test("MemoryChallenges drops the oldest when it is full, and expired ones before", async () => {
  const store = new MemoryChallenges({ randomId, most: 100 });
  const first = await store.put(challenge("first"), 0);
  for (let count = 0; count < 1_000; count += 1) await store.put(challenge(`user-${count}`), 0);
  assertEquals(store.openCount, 100);
  assertEquals(await store.take(first, 0), null);
  await store.put(challenge("late", 5_000), 1_000);
  assertEquals(store.openCount, 1);
});
