import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { OVER_HALF, WITHIN } from "../gate/gate_parts.ts";
import { TokenTable } from "./token_table.ts";

const START_MS = Date.UTC(2030, 0, 15, 12);
const MINUTE_MS = 60_000;

function makeTable(entries = 64): TokenTable {
  return new TokenTable({ entries, key: { k0: 1, k1: 2 }, nowMs: START_MS });
}

/** One try of a key at a limit per minute. */
function takeAt(table: TokenTable, key: string, perMinute: number, nowMs = START_MS): number {
  return table.take(1, key, perMinute, MINUTE_MS / perMinute, nowMs);
}

Deno.test("take() lets a whole limit through at once, says when half is used, then refuses", () => {
  for (const limit of [1, 2, 3, 5, 6, 7, 14, 600, 997]) {
    const table = makeTable();
    const verdicts = Array.from({ length: limit }, () => takeAt(table, "ann", limit));
    const half = Math.floor(Math.max(1, limit / 2));
    const expected = verdicts.map((_, at) => at < half ? WITHIN : OVER_HALF);
    assertEquals(verdicts, expected, `limit ${limit}`);
    assertEquals(takeAt(table, "ann", limit), Math.ceil(MINUTE_MS / limit), `limit ${limit}`);
    assertEquals(takeAt(table, "bob", limit), WITHIN);
  }
});

Deno.test("take() refills steadily, and a refused try takes nothing", () => {
  const table = makeTable();
  for (let i = 0; i < 5; i += 1) takeAt(table, "ann", 5);
  for (let i = 0; i < 100; i += 1) assertEquals(takeAt(table, "ann", 5, START_MS + i), 12_000 - i);
  assertEquals(takeAt(table, "ann", 5, START_MS + 11_999), 1);
  assertEquals(takeAt(table, "ann", 5, START_MS + 12_000), OVER_HALF);
  assertEquals(takeAt(table, "ann", 5, START_MS + 12_000), 12_000);
  assertEquals(takeAt(table, "ann", 5, START_MS + 12_000 + MINUTE_MS), WITHIN);
});

Deno.test("take() keeps sales apart", () => {
  const table = makeTable();
  const ids = [1, 2, 4_294_967_297, Number.MAX_SAFE_INTEGER, -1];
  for (const saleId of ids) {
    assertEquals(table.take(saleId, "ann", 1, MINUTE_MS, START_MS), WITHIN, String(saleId));
  }
  for (const saleId of ids) {
    assertEquals(table.take(saleId, "ann", 1, MINUTE_MS, START_MS), MINUTE_MS, String(saleId));
  }
});

Deno.test("take() counts as a token bucket does, and its wait is right to the millisecond", () => {
  const limits: fc.Arbitrary<number> = fc.constantFrom(1, 2, 3, 5, 7, 60, 600, 601, 12_345);
  const steps = fc.array(fc.tuple(fc.nat(20_000), fc.integer({ min: 1, max: 40 })), {
    maxLength: 40,
  });
  fc.assert(fc.property(limits, steps, (limit, course) => {
    const table = makeTable();
    let nowMs = START_MS;
    let tokens = limit;
    for (const [pauseMs, tries] of course) {
      nowMs += pauseMs;
      tokens = Math.min(limit, tokens + pauseMs * limit / MINUTE_MS);
      for (let i = 0; i < tries; i += 1) {
        const verdict = takeAt(table, "ann", limit, nowMs);
        // Within a thousandth of a token either answer is right.
        if (Math.abs(tokens - 1) > 0.002) assertEquals(verdict <= 0, tokens > 1);
        if (verdict <= 0) {
          tokens -= 1;
          continue;
        }
        const tokenMs = MINUTE_MS / limit;
        if (verdict > 1 + tokenMs / 500) {
          assert(takeAt(table, "ann", limit, nowMs + verdict - 1 - tokenMs / 500) > 0, "no sooner");
        }
        nowMs += verdict;
        assert(takeAt(table, "ann", limit, nowMs) <= 0, "after the wait the next try passes");
        tokens = Math.min(limit, tokens + verdict * limit / MINUTE_MS) - 1;
      }
    }
  }));
});

Deno.test("take() obeys a changed limit at once, for buckets that are older too", () => {
  const table = makeTable();
  for (let i = 0; i < 5; i += 1) takeAt(table, "ann", 5);
  assertEquals(takeAt(table, "ann", 600), 100, "raised: the next token comes ten times as soon");
  assertEquals(takeAt(table, "ann", 600, START_MS + 100), OVER_HALF);
  const rate = (capacity: number, tokenMs: number, nowMs: number) =>
    table.take(2, "", capacity, tokenMs, nowMs);
  for (let i = 0; i < 1_000; i += 1) rate(1_000, 1_000, START_MS);
  assertEquals(rate(1_000, 1_000, START_MS), 1_000);
  assertEquals(rate(10, 100, START_MS), 100, "lowered: nobody owes more than a whole bucket");
  assertEquals(rate(10, 100, START_MS + 100), OVER_HALF);
});

Deno.test("take() recovers when the clock is set back", () => {
  const table = makeTable();
  for (let i = 0; i < 6; i += 1) takeAt(table, "ann", 5);
  const back = START_MS - 3_600_000;
  assertEquals(takeAt(table, "ann", 5, back), 12_000);
  assertEquals(takeAt(table, "ann", 5, back + 12_000), OVER_HALF);
  assertEquals(takeAt(table, "bob", 5, back), WITHIN);
});

Deno.test("take() limits again when the clock is set back by days", () => {
  for (const days of [1, 2, 400]) {
    const table = makeTable();
    for (let i = 0; i < 6; i += 1) takeAt(table, "ann", 5);
    const back = START_MS - days * 86_400_000 - 1;
    for (const key of ["ann", "bob"]) {
      const verdicts = Array.from({ length: 6 }, () => takeAt(table, key, 5, back));
      assertEquals(verdicts.at(-1), 12_000, `${key} ${days} days ago`);
      assertEquals(takeAt(table, key, 5, back + 12_000), OVER_HALF);
    }
    // And when it is set right.
    assertEquals(takeAt(table, "ann", 5), WITHIN);
  }
});

Deno.test("take() refuses nobody for good at any rate, burst and uptime", () => {
  const rates = fc.oneof(
    fc.integer({ min: 1, max: 1_000_000_000 }),
    fc.integer({ min: 0, max: 9_000 }).map((power) => Math.floor(10 ** (power / 1_000))),
  );
  const bursts = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 }));
  const uptimes = fc.nat(366 * 86_400_000);
  fc.assert(
    fc.property(rates, bursts, uptimes, (rate, burst, uptimeMs) => {
      const table = makeTable();
      const tokenMs = 1_000 / rate;
      let nowMs = START_MS + uptimeMs;
      const take = () => table.take(1, "", burst, tokenMs, nowMs);
      for (let round = 0; round < 5; round += 1) {
        for (let i = 0; i < burst; i += 1) assert(take() <= 0, `try ${i} of a full bucket`);
        // At 1,000 tokens a ms more may pass at once than a clock of whole ms can tell.
        if (rate <= 100_000) {
          const waitMs = take();
          assertEquals(waitMs, Math.ceil(tokenMs - 0.001));
          nowMs += waitMs;
          assert(take() <= 0, "after the wait");
        }
        nowMs += Math.ceil(burst * tokenMs) + 1;
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("giveBack() makes a try uncounted", () => {
  const table = makeTable();
  for (let i = 0; i < 50; i += 1) {
    assertEquals(takeAt(table, "ann", 2), WITHIN);
    table.giveBack(1, "ann", MINUTE_MS / 2);
  }
  table.giveBack(1, "nobody", 1);
});

Deno.test("learn() takes over what others counted, the emptier count or exactly", () => {
  const table = makeTable();
  table.learn(1, "ann", 60_000, START_MS, false);
  assertEquals(takeAt(table, "ann", 5), 12_000);
  table.learn(1, "ann", 12_000, START_MS, false);
  assertEquals(takeAt(table, "ann", 5), 12_000);
  table.learn(1, "ann", 49_000, START_MS, true);
  assertEquals(takeAt(table, "ann", 5), 1_000);
});

Deno.test("A million /64s stay within the memory, and push out neither who is drained nor himself", () => {
  const table = makeTable(1_572_864);
  const bytes = table.byteLength;
  const drained = Array.from({ length: 1_000 }, (_, at) => `203.0.${at >>> 8}.${at & 255}`);
  for (const key of drained) for (let i = 0; i < 600; i += 1) takeAt(table, key, 600);
  const honest = Array.from({ length: 1_000 }, (_, at) => `198.51.${at >>> 8}.${at & 255}`);
  for (const key of honest) for (let i = 0; i < 20; i += 1) takeAt(table, key, 600);
  let refused = 0;
  for (let at = 0; at < 1_000_000; at += 1) {
    const key = `2001:db8:${(at >>> 8).toString(16)}:${(at & 255).toString(16)}::/64`;
    if (takeAt(table, key, 600) > 0) refused += 1;
  }
  const escaped = drained.filter((key) => takeAt(table, key, 600) <= 0).length;
  const turnedAway = honest.filter((key) => takeAt(table, key, 600) > 0).length;
  console.log(
    `a million /64s: ${(table.byteLength / 1e6).toFixed(1)} MB of table, ${refused} of them ` +
      `refused; ${escaped} of 1,000 drained addresses escaped, ${turnedAway} of 1,000 honest ` +
      "addresses were refused",
  );
  assertEquals([table.byteLength, table.capacity], [bytes, 1_572_864]);
  assertLess(table.byteLength, 32_000_000);
  assertEquals([refused, escaped, turnedAway], [0, 0, 0]);
});

Deno.test("A table that is far too small lets strangers through and forgets nobody who is drained", () => {
  const table = makeTable(64);
  const drained = Array.from({ length: 16 }, (_, at) => `drained-${at}`);
  for (const key of drained) for (let i = 0; i < 5; i += 1) takeAt(table, key, 5);
  for (let at = 0; at < 100_000; at += 1) {
    assert(takeAt(table, `stranger-${at}`, 5) <= 0, "no stranger is refused");
  }
  for (const key of drained) assert(takeAt(table, key, 5) > 0, key);
});

Deno.test("A set of drained buckets keeps them: a newcomer counts as over half", () => {
  const table = makeTable(8);
  const drained = Array.from({ length: 8 }, (_, at) => `drained-${at}`);
  for (const key of drained) for (let i = 0; i < 5; i += 1) takeAt(table, key, 5);
  assertEquals(takeAt(table, "ann", 5), OVER_HALF);
  for (const key of drained) assertEquals(takeAt(table, key, 5), 12_000);
  assertEquals(takeAt(table, "ann", 5, START_MS + MINUTE_MS), WITHIN);
});
