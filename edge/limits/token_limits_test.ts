import { assert, assertEquals, assertLess } from "@std/assert";
import { DEFAULT_LIMITS, type SaleLimits } from "../../shared/sale.ts";
import { OVER_HALF, WITHIN } from "../gate/gate_parts.ts";
import { SAMPLE_NOW_MS, sampleSale } from "../testing/sample_sale.ts";
import { bucketTerms, TokenLimits } from "./token_limits.ts";

const PLACE = { text: "203.0.113.7", key: "203.0.113.7" };

function sale(saleId: number, limits: Partial<SaleLimits> = {}) {
  return sampleSale(saleId, { limits: { ...DEFAULT_LIMITS, ...limits } });
}

function makeLimits(): TokenLimits {
  return new TokenLimits({ nowMs: SAMPLE_NOW_MS, entries: 1_024 });
}

Deno.test("TokenLimits holds the numbers of the sale's row", () => {
  const limits = makeLimits();
  const row = sale(1, { userPerMinute: 2, ipPerMinute: 3, ratePerSecond: 10, burst: 4 });
  const tries = (count: number, take: () => number) => Array.from({ length: count }, take);
  assertEquals(tries(3, () => limits.takeUser(row, "ann", SAMPLE_NOW_MS)), [
    WITHIN,
    OVER_HALF,
    30_000,
  ]);
  assertEquals(tries(4, () => limits.takeAddress(row, PLACE, SAMPLE_NOW_MS)), [
    WITHIN,
    OVER_HALF,
    OVER_HALF,
    20_000,
  ]);
  assertEquals(
    tries(5, () => limits.takeSale(row, SAMPLE_NOW_MS)),
    [WITHIN, WITHIN, WITHIN, WITHIN, 100],
    "a sale's rate says nothing about one buyer",
  );
  const other = sale(2, row.limits);
  assertEquals(limits.takeUser(other, "ann", SAMPLE_NOW_MS), WITHIN);
  assertEquals(limits.takeSale(other, SAMPLE_NOW_MS), WITHIN);
});

Deno.test("TokenLimits obeys a changed row at once", () => {
  const limits = makeLimits();
  for (let i = 0; i < 5; i += 1) limits.takeUser(sale(1), "ann", SAMPLE_NOW_MS);
  assertEquals(limits.takeUser(sale(1), "ann", SAMPLE_NOW_MS), 12_000);
  const raised = sale(1, { userPerMinute: 1_000_000 });
  assertEquals(limits.takeUser(raised, "ann", SAMPLE_NOW_MS), 1);
  assert(limits.takeUser(raised, "ann", SAMPLE_NOW_MS + 1) <= 0);
});

Deno.test("TokenLimits never refuses below a thousand million a minute", () => {
  const limits = makeLimits();
  const row = sale(1, { userPerMinute: 1e9, ipPerMinute: 1e9, ratePerSecond: 1e9, burst: 1e9 });
  for (let i = 0; i < 100_000; i += 1) {
    assertEquals(limits.takeUser(row, "ann", SAMPLE_NOW_MS), WITHIN);
    assertEquals(limits.takeAddress(row, PLACE, SAMPLE_NOW_MS), WITHIN);
    assertEquals(limits.takeSale(row, SAMPLE_NOW_MS), WITHIN);
  }
});

Deno.test("All tables together stay under 64 MB with a million places and a million users", () => {
  const limits = new TokenLimits({ nowMs: SAMPLE_NOW_MS });
  const bytes = limits.byteLength;
  const row = sale(1);
  let refused = 0;
  for (let at = 0; at < 1_000_000; at += 1) {
    const key = `2001:db8:${(at >>> 16).toString(16)}:${(at & 0xffff).toString(16)}::/64`;
    if (limits.takeAddress(row, { text: key, key }, SAMPLE_NOW_MS) > 0) refused += 1;
    if (limits.takeUser(row, `user-${at}`, SAMPLE_NOW_MS) > 0) refused += 1;
  }
  console.log(
    `limits of a million /64s and a million users: ${(limits.byteLength / 1e6).toFixed(1)} MB, ` +
      `${refused} refused`,
  );
  assertEquals(limits.byteLength, bytes);
  assertLess(limits.byteLength, 64_000_000);
  assertEquals(refused, 0);
});

Deno.test("bucketTerms() reads each limit from the row", () => {
  const limits = { userPerMinute: 5, ipPerMinute: 600, ratePerSecond: 1_000, burst: 2_000 };
  assertEquals(bucketTerms("user", limits), { capacity: 5, tokenMs: 12_000 });
  assertEquals(bucketTerms("address", limits), { capacity: 600, tokenMs: 100 });
  assertEquals(bucketTerms("sale", limits), { capacity: 2_000, tokenMs: 1 });
});
