import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Challenge, type ChallengeStore, isChallengeId } from "../challenge.ts";

/** A store under test. */
export interface ChallengeHarness {
  store: ChallengeStore;
  nowMs(): number;
  /** Lets time go by. */
  pass(ms: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What every store of challenges keeps to. */
export function challengeContract(name: string, open: () => Promise<ChallengeHarness>): void {
  const test = (what: string, body: (harness: ChallengeHarness) => Promise<void>) =>
    Deno.test(`${name} ${what}`, async () => {
      await using harness = await open();
      await body(harness);
    });

  const sample = ({ nowMs }: ChallengeHarness, changes: Partial<Challenge> = {}): Challenge => ({
    userId: "ann",
    saleId: 7,
    issuedAt: nowMs(),
    expiresAt: nowMs() + 60_000,
    x: 123,
    pieceWidth: 52,
    ...changes,
  });

  test("gives a challenge back once", async (harness) => {
    const challenge = sample(harness);
    const id = await harness.store.put(challenge, harness.nowMs());
    assertMatch(id, /^[mr]/);
    assertEquals(isChallengeId(id), true);
    assertEquals(await harness.store.take(id, harness.nowMs()), challenge);
    assertEquals(await harness.store.take(id, harness.nowMs()), null);
  });

  test("tells whose a challenge is and leaves it", async (harness) => {
    const challenge = sample(harness);
    const id = await harness.store.put(challenge, harness.nowMs());
    const { userId, saleId } = (await harness.store.look(id, harness.nowMs()))!;
    assertEquals([userId, saleId], ["ann", 7]);
    assertEquals(await harness.store.take(id, harness.nowMs()), challenge);
    assertEquals(await harness.store.look(id, harness.nowMs()), null);
  });

  test("gives one of 1,000 callers at once the challenge", async (harness) => {
    const id = await harness.store.put(sample(harness), harness.nowMs());
    const taken = await Promise.all(
      Array.from({ length: 1_000 }, () => harness.store.take(id, harness.nowMs())),
    );
    assertEquals(taken.filter((challenge) => challenge !== null).length, 1);
  });

  test("keeps challenges apart", async (harness) => {
    const one = sample(harness), two = sample(harness, { userId: "bob", x: 99 });
    const [first, second] = [
      await harness.store.put(one, harness.nowMs()),
      await harness.store.put(two, harness.nowMs()),
    ];
    assertNotEquals(first, second);
    assertEquals(await harness.store.take(second, harness.nowMs()), two);
    assertEquals(await harness.store.take(first, harness.nowMs()), one);
  });

  test("has nothing that was never put in", async (harness) => {
    for (const id of ["m" + "A".repeat(22), "r" + "A".repeat(22), "", "x", "r*", "m\0"]) {
      assertEquals(await harness.store.take(id, harness.nowMs()), null, id);
    }
  });

  test("forgets what expired", async (harness) => {
    const challenge = sample(harness, { expiresAt: harness.nowMs() + 50 });
    const id = await harness.store.put(challenge, harness.nowMs());
    await harness.pass(60);
    assertEquals(await harness.store.take(id, harness.nowMs()), null);
  });
}
