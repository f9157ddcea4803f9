import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Redis } from "ioredis";
import type { SaleLimits } from "../../shared/sale.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { poll } from "../../shared/tools/services/poll.ts";
import { NO_LIMITS } from "../testing/sample_sale.ts";
import { BucketQuestion, type SharedTry } from "./bucket_question.ts";
import { openRedisBuckets, type RedisBuckets } from "./redis_buckets.ts";

/** Longest wait for a server of this machine. */
const PATIENCE_MS = 10_000;

/** Runs with buckets of the test's own, which are taken away afterwards. */
async function withBuckets(
  use: (buckets: RedisBuckets, keysOf: (names: string) => Promise<string[]>) => Promise<void>,
): Promise<void> {
  const namespace = uniqueName("limits");
  const redisUrl = serviceFor("REDIS_URL");
  const { buckets, close } = openRedisBuckets({ redisUrl, namespace }, { warning: () => {} });
  const redis = new Redis(redisUrl);
  const ended = new Promise((resolve) => redis.once("end", resolve));
  const keysOf = (names: string) => redis.keys(`${namespace}:limit:${names}`);
  try {
    await poll("the buckets", () => Promise.resolve(buckets.isReady || null), {
      timeoutMs: PATIENCE_MS,
    });
    await use(buckets, keysOf);
  } finally {
    const left = await keysOf("*");
    if (left.length > 0) await redis.unlink(...left);
    redis.disconnect();
    await Promise.all([close(), ended]);
  }
}

/** `true` or `false` for a try that passed, by whether it is over half; else which limit refused. */
async function outcomes(buckets: RedisBuckets, tries: SharedTry[]) {
  const question = new BucketQuestion(tries);
  return question.verdicts(await buckets.take(question.batch), () => {}).map((verdict) =>
    verdict.kind === "refused" ? verdict.limit : verdict.kind === "passed" && verdict.overHalf
  );
}

function tryOf(limits: Partial<SaleLimits>, options: Partial<SharedTry> = {}): SharedTry {
  return {
    saleId: 1,
    limits: { ...NO_LIMITS, ...limits },
    place: null,
    userId: `user-${options.saleId ?? 1}`,
    sliderOverHalf: false,
    ...options,
  };
}

Deno.test("take_tokens.lua lets every burst through at once, at any rate, and again when it is full", async () => {
  await withBuckets(async (buckets, keysOf) => {
    const terms = fc.record({
      ratePerSecond: fc.integer({ min: 0, max: 9_000 }).map((power) =>
        Math.floor(10 ** (power / 1_000))
      ),
      burst: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })),
    });
    const rows = fc.sample(terms, 500);
    // A whole burst of each sale, then one more where a µs is not more than a token.
    const batchOf = (sales: [SaleLimits, number][]) =>
      sales.flatMap(([limits, saleId]) =>
        Array.from(
          { length: limits.burst + (limits.ratePerSecond <= 100_000 ? 1 : 0) },
          () => tryOf(limits, { saleId }),
        )
      );
    const check = async (sales: [SaleLimits, number][]) => {
      const tries = batchOf(sales);
      const taken = await outcomes(buckets, tries);
      let at = 0;
      for (const [limits, saleId] of sales) {
        const { burst, ratePerSecond } = limits;
        const what = `sale ${saleId}: ${ratePerSecond} a second, burst ${burst}`;
        for (let i = 0; i < burst; i += 1) assertEquals(taken[at++], false, what);
        if (ratePerSecond <= 100_000) assertEquals(taken[at++], "sale", what);
      }
    };
    const sales = rows.map((row, at): [SaleLimits, number] => [{ ...NO_LIMITS, ...row }, at]);
    for (let from = 0; from < 500; from += 50) await check(sales.slice(from, from + 50));
    const quick = sales.filter(([{ ratePerSecond, burst }]) => burst / ratePerSecond < 0.2)
      .map(([limits, saleId]): [SaleLimits, number] => [limits, saleId + 1_000]);
    for (let round = 0; round < 3; round += 1) {
      for (let from = 0; from < quick.length; from += 50) await check(quick.slice(from, from + 50));
      const areFull = async () => (await keysOf("sale:1???:")).length === 0 || null;
      await poll("the buckets are full", areFull, { timeoutMs: PATIENCE_MS });
    }
  });
});

Deno.test("take_tokens.lua takes nothing from the sale for a try that will need the slider", async () => {
  await withBuckets(async (buckets) => {
    const limits = { userPerMinute: 3, ratePerSecond: 1, burst: 3 };
    const slider = { userId: "ann", sliderOverHalf: true };
    assertEquals(
      await outcomes(buckets, [
        tryOf(limits, slider),
        tryOf(limits, slider),
        tryOf(limits, { userId: "bob" }),
        tryOf(limits, { userId: "cleo", sliderOverHalf: true }),
        tryOf(limits, { userId: "dan", sliderOverHalf: true }),
        tryOf(limits, slider),
        tryOf(limits, slider),
      ]),
      // Only three took from the sale; a drained sale asks for the slider all the same.
      [false, true, false, false, "sale", true, "user"],
    );
    // With his pass he takes of what is left.
    assertEquals(await outcomes(buckets, [tryOf(limits, { userId: "bob" })]), ["sale"]);
  });
});

Deno.test("take_tokens.lua takes nothing from the user for what his address refuses", async () => {
  await withBuckets(async (buckets) => {
    const limits = { userPerMinute: 2, ipPerMinute: 1 };
    const place = "203.0.113.7";
    const ann = (from: string) => tryOf(limits, { userId: "ann", place: from });
    const tries = [tryOf(limits, { place }), ann(place), ann(place), ann("a"), ann("b"), ann("c")];
    assertEquals(await outcomes(buckets, tries), [
      ...[false, "address", "address"],
      ...[false, true, "user"],
    ]);
  });
});
