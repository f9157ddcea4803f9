import { assertEquals, assertMatch } from "@std/assert";
import type { SaleLimits } from "../../shared/sale.ts";
import { FakeTimers, settle } from "../testing/fake_timers.ts";
import { NO_LIMITS, SAMPLE_NOW_MS, sampleSale } from "../testing/sample_sale.ts";
import { type BucketBatch, BucketQuestion, type SharedVerdict } from "./bucket_question.ts";
import { metricsText } from "../../shared/metrics/metrics_text.ts";
import { limitMetrics } from "./limit_metrics.ts";
import { SaleCounts } from "../reports/sale_counts.ts";
import { SharedLimits } from "./shared_limits.ts";
import type { LimitName } from "./sharing_config.ts";
import { type BucketName, TokenLimits } from "./token_limits.ts";

const PLACE = "203.0.113.7";
const PASSED: SharedVerdict = { kind: "passed", overHalf: false };
const CLOSED: SharedVerdict = { kind: "closed" };

/** A server whose answers the test gives. */
class FakeServer {
  isReady = true;
  readonly asked: BucketBatch[] = [];
  readonly #open: { resolve(numbers: number[]): void; reject(error: Error): void }[] = [];

  take(batch: BucketBatch): Promise<number[]> {
    this.asked.push(batch);
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    this.#open.push({ resolve, reject });
    return promise;
  }

  /** Answers the oldest question: full buckets, everybody let through, or what is given. */
  async answer(numbers?: number[]): Promise<void> {
    const { names, tries } = this.asked[this.asked.length - this.#open.length]!;
    this.#open.shift()!.resolve(numbers ?? [...names, ...tries[1]].map(() => 0));
    await settle();
  }

  async fail(): Promise<void> {
    this.#open.shift()!.reject(new Error("away"));
    await settle();
  }
}

function makeShared(...failClosed: LimitName[]) {
  const timers = new FakeTimers(SAMPLE_NOW_MS);
  const server = new FakeServer();
  const learned: [BucketName, number, boolean][] = [];
  const warnings: string[] = [];
  const shared = new SharedLimits({
    server,
    local: {
      learn: (bucket, fillMs, _nowMs, exact) => learned.push([bucket, fillMs, exact]),
    },
    failClosed: new Set(failClosed),
    clock: timers.clock,
    timers,
    randomness: { fraction: () => 0.5 },
    log: { warning: (text: string) => warnings.push(text) },
  });
  const take = (
    userId: string,
    place: string | null = PLACE,
    limits: Partial<SaleLimits> = {},
    sliderOverHalf = false,
  ) =>
    shared.take(
      sampleSale(1, { limits: { ...NO_LIMITS, ...limits } }),
      place,
      userId,
      sliderOverHalf,
    );
  return { shared, server, timers, take, learned, warnings };
}

Deno.test("Tries of one turn, and those that come meanwhile, are one question each", async () => {
  const { shared, server, take } = makeShared();
  const first = [take("ann"), take("bob")];
  await settle();
  const limits = { userPerMinute: 5, ipPerMinute: 600, ratePerSecond: 1_000, burst: 2_000 };
  const later = [["cleo", null], ["dan", PLACE], ["dan", PLACE]] as const;
  const laterTaken = later.map(([userId, place], at) => take(userId, place, limits, at === 2));
  await settle();
  assertEquals(server.asked.length, 1);
  await server.answer();
  assertEquals(await Promise.all(first), [PASSED, PASSED]);
  assertEquals(server.asked.length, 2);
  await server.answer();
  assertEquals(await Promise.all(laterTaken), [PASSED, PASSED, PASSED]);
  assertEquals(server.asked[1], {
    names: ["user:1:cleo", "sale:1:", `address:1:${PLACE}`, "user:1:dan"],
    tokenUs: [12_000_000, 1_000, 100_000, 12_000_000],
    capacities: [5, 2_000, 600, 5],
    tries: [[0, 3, 3], [1, 4, 4], [2, 2, 2], [0, 0, 1]],
  });
  assertEquals(shared.counts, { questions: 2, failures: 0, tries: 5, unasked: 0 });
});

Deno.test("A question holds at most 256 tries, and at most 4,096 wait", async () => {
  const { shared, server, take } = makeShared("sale");
  const taken = Array.from({ length: 5_000 }, (_, at) => take(`u${at}`));
  await settle();
  while (server.asked.length < 16) await server.answer();
  await server.answer();
  const verdicts = await Promise.all(taken);
  assertEquals(server.asked.map(({ tries }) => tries[1].length), new Array(16).fill(256));
  assertEquals(verdicts.filter(({ kind }) => kind === "passed").length, 4_096);
  assertEquals(verdicts.filter(({ kind }) => kind === "closed").length, 904);
  assertEquals(shared.counts.unasked, 904);
});

Deno.test("Nobody waits longer than for two questions, however slow they are", async () => {
  const { shared, server, timers, take } = makeShared("sale");
  const begunMs = timers.nowMs;
  const waits: number[] = [];
  const taken = Array.from({ length: 4_096 }, async (_, at) => {
    const { kind } = await take(`u${at}`);
    waits.push(timers.nowMs - begunMs);
    return kind;
  });
  await settle();
  for (let question = 0; question < 2; question += 1) {
    await timers.advance(40);
    await server.answer();
  }
  const kinds = await Promise.all(taken);
  assertEquals(kinds.filter((kind) => kind === "passed").length, 512);
  assertEquals([server.asked.length, Math.max(...waits)], [2, 80]);
  assertEquals(shared.counts, { questions: 2, failures: 0, tries: 512, unasked: 3_584 });
  const next = take("ann");
  await settle();
  await server.answer();
  assertEquals(await next, PASSED);
});

Deno.test("A clock that is set back does not make a rest longer", async () => {
  const { shared, server, timers, take } = makeShared("sale");
  const first = take("ann");
  await settle();
  await server.fail();
  assertEquals(await first, CLOSED);
  timers.nowMs -= 3_600_000;
  const second = take("ann");
  await settle();
  await server.answer();
  assertEquals(await second, PASSED);
  assertEquals(shared.counts.questions, 2);
});

Deno.test("A verdict tells which limit refused and how long, and this edge learns it", async () => {
  const { server, take, learned } = makeShared();
  const limits = { userPerMinute: 5, ipPerMinute: 600 };
  const taken = ["ann", "bob", "cleo"].map((userId) => take(userId, PLACE, limits));
  await settle();
  // Buckets: address, ann, sale, bob, cleo.
  await server.answer([30_100_000, 60_000_000, 5, 36_000_000, 12_000_000, 2, -1, 0]);
  assertEquals(await Promise.all(taken), [
    { kind: "refused", limit: "user", waitMs: 12_000 },
    { kind: "passed", overHalf: true },
    PASSED,
  ]);
  assertEquals(learned.map(([{ limit, key }, fillMs, exact]) => [limit, key, fillMs, exact]), [
    ["address", PLACE, 30_100, false],
    ["user", "ann", 60_000, true],
    ["sale", "", 0.005, false],
    ["user", "bob", 36_000, false],
    ["user", "cleo", 12_000, false],
  ]);
});

Deno.test("What was refused is refused here from then on, without a question", () => {
  const local = new TokenLimits({ nowMs: SAMPLE_NOW_MS, entries: 64 });
  const sale = sampleSale(1, { limits: { ...NO_LIMITS, userPerMinute: 5 } });
  assertEquals(local.takeUser(sale, "ann", SAMPLE_NOW_MS), 0);
  const question = new BucketQuestion([{
    ...sale,
    place: null,
    userId: "ann",
    sliderOverHalf: false,
  }]);
  const [verdict] = question.verdicts([57_500_000, 0, 2], (bucket, fillMs, refused) => {
    local.learn(bucket, fillMs, SAMPLE_NOW_MS, refused);
  });
  assertEquals(verdict, { kind: "refused", limit: "user", waitMs: 9_500 });
  assertEquals(local.takeUser(sale, "ann", SAMPLE_NOW_MS), 9_500);
  assertEquals(local.takeUser(sale, "ann", SAMPLE_NOW_MS + 9_499), 1);
  assertEquals(local.takeUser(sale, "ann", SAMPLE_NOW_MS + 9_500) <= 0, true);
});

Deno.test("Without an answer within 50 ms each limit does as it was told", async () => {
  for (
    const [failClosed, withPlace, withPass] of [
      [[], PASSED, PASSED],
      [["user"], CLOSED, CLOSED],
      [["sale"], CLOSED, CLOSED],
      [["address"], CLOSED, PASSED],
    ] as [LimitName[], SharedVerdict, SharedVerdict][]
  ) {
    const { shared, timers, take, warnings } = makeShared(...failClosed);
    const taken = [take("ann"), take("ann", null)];
    await settle();
    const behind = take("bob");
    await timers.advance(49);
    assertEquals(shared.counts.failures, 0);
    await timers.advance(1);
    assertEquals(await Promise.all([...taken, behind]), [withPlace, withPass, withPlace]);
    assertEquals([shared.counts.failures, shared.counts.questions], [1, 1]);
    assertEquals([timers.pendingCount, warnings.length], [0, 1]);
  }
});

Deno.test("After a failure the server is left alone, longer each time, and asked again", async () => {
  const { shared, server, timers, take, warnings } = makeShared();
  /** Tries every 25 ms until there is a question; how many ms that took. */
  const untilAsked = async () => {
    const begunMs = timers.nowMs;
    const asked = server.asked.length;
    while (true) {
      const taken = take("ann");
      await settle();
      if (server.asked.length > asked) return { taken, restMs: timers.nowMs - begunMs };
      assertEquals(await taken, PASSED);
      timers.nowMs += 25;
    }
  };
  const rests: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const { taken, restMs } = await untilAsked();
    rests.push(restMs);
    await server.fail();
    assertEquals(await taken, PASSED);
  }
  assertEquals(rests, [0, 75, 150, 300, 600, 1_200, 1_500, 1_500]);
  assertEquals(warnings.length, 1, "told once");
  const { taken } = await untilAsked();
  await server.answer();
  assertEquals(await taken, PASSED);
  const { restMs } = await untilAsked();
  assertEquals(restMs, 0);
  await server.fail();
  assertEquals([warnings.length, shared.counts.failures], [2, 9]);
});

Deno.test("A server that is known to be away is not asked", async () => {
  const { shared, server, take } = makeShared("user");
  server.isReady = false;
  assertEquals(await take("ann"), CLOSED);
  server.isReady = true;
  const taken = take("ann");
  await settle();
  await server.answer();
  assertEquals(await taken, PASSED);
  assertEquals(shared.counts, { questions: 1, failures: 0, tries: 1, unasked: 1 });
});

Deno.test("An answer that is none counts as a failure", async () => {
  for (const answer of [[], [0, 0, 0], [0, 0, 0, 7], [0, 0, 0, NaN], [0, 0, 0, 0, 0]]) {
    const { shared, server, take } = makeShared("sale");
    const taken = take("ann");
    await settle();
    await server.answer(answer);
    assertEquals(await taken, CLOSED, JSON.stringify(answer));
    assertEquals(shared.counts.failures, 1);
  }
});

Deno.test("stop() answers those who wait and asks no more", async () => {
  const { shared, server, take } = makeShared();
  const first = take("ann");
  await settle();
  const second = take("bob");
  shared.stop();
  assertEquals(await second, PASSED);
  assertEquals(await take("cleo"), PASSED);
  await server.answer();
  assertEquals(await first, PASSED);
  assertEquals(server.asked.length, 1);
});

Deno.test("limitMetrics() tells of sharing only where limits are shared", async () => {
  const counts = new SaleCounts();
  counts.refused(1, "rate_limited", "user", 0);
  assertEquals(limitMetrics({ counts, sharedLimits: null }).length, 1);
  const { shared, server, take } = makeShared();
  const taken = take("ann");
  await settle();
  await server.fail();
  await taken;
  const text = metricsText(limitMetrics({ counts, sharedLimits: shared }));
  assertMatch(text, /^dropgate_edge_shared_limit_questions_total 1$/m);
  assertMatch(text, /^dropgate_edge_shared_limit_failures_total 1$/m);
  assertMatch(text, /^dropgate_edge_shared_limit_tries_total 1$/m);
});
