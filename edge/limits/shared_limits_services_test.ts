import { assert, assertEquals } from "@std/assert";
import { Redis } from "ioredis";
import { systemClock } from "../../shared/clock.ts";
import type { SaleLimits } from "../../shared/sale.ts";
import { serviceFor, uniqueName } from "../../shared/testing/services_env.ts";
import { poll } from "../../shared/tools/services/poll.ts";
import type { ServiceHandle } from "../../shared/tools/services/service_handle.ts";
import { startServices } from "../../shared/tools/services/start_services.ts";
import { systemRandomness } from "../randomness.ts";
import { NO_LIMITS, sampleSale } from "../testing/sample_sale.ts";
import { systemTimers } from "../timers.ts";
import { BucketQuestion, type SharedVerdict } from "./bucket_question.ts";
import { openRedisBuckets } from "./redis_buckets.ts";
import { SharedLimits } from "./shared_limits.ts";
import type { LimitName } from "./sharing_config.ts";
import { TokenLimits } from "./token_limits.ts";

const PLACE = "203.0.113.7";

/** Longest wait for a server of this machine. */
const PATIENCE_MS = 10_000;

function until(what: string, holds: () => boolean | Promise<boolean>): Promise<true> {
  return poll(what, async () => await holds() || null, { timeoutMs: PATIENCE_MS });
}

/** The limits of one edge, as a buy meets them: its own first, then everybody's. */
class OneEdge {
  readonly shared: SharedLimits;
  readonly #local = new TokenLimits({ nowMs: systemClock(), entries: 65_536 });
  readonly #redis: ReturnType<typeof openRedisBuckets>;

  constructor(
    redisUrl: string,
    namespace: string,
    { failClosed = [], deadlineMs }: { failClosed?: LimitName[]; deadlineMs?: number } = {},
  ) {
    const log = { warning: () => {} };
    this.#redis = openRedisBuckets({ redisUrl, namespace }, log);
    this.shared = new SharedLimits({
      server: this.#redis.buckets,
      local: this.#local,
      failClosed: new Set(failClosed),
      clock: systemClock,
      timers: systemTimers,
      randomness: systemRandomness(),
      log,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    });
  }

  get isReady(): boolean {
    return this.#redis.buckets.isReady;
  }

  async ready(): Promise<void> {
    await until("the edge is connected", () => this.isReady);
  }

  /** `passed`, `closed`, or which limit refused; `here` when this edge refused without a question. */
  async take(saleId: number, limits: Partial<SaleLimits>, userId: string, place = PLACE) {
    const sale = sampleSale(saleId, { limits: { ...NO_LIMITS, ...limits } });
    const nowMs = systemClock();
    if (this.#local.takeUser(sale, userId, nowMs) > 0) return "here";
    if (this.#local.takeAddress(sale, { text: place, key: place }, nowMs) > 0) return "here";
    if (this.#local.takeSale(sale, nowMs) > 0) return "here";
    const verdict: SharedVerdict = await this.shared.take(sale, place, userId, false);
    return verdict.kind === "refused" ? verdict.limit : verdict.kind;
  }

  async close(): Promise<void> {
    this.shared.stop();
    await this.#redis.close();
  }
}

/** Two edges on the shared test server, in a namespace of their own. */
async function withTwoEdges(test: (edges: [OneEdge, OneEdge]) => Promise<void>): Promise<void> {
  const namespace = uniqueName("limits");
  const url = serviceFor("REDIS_URL");
  // What a busy machine is late with must not count as a limit that failed.
  const patient = { deadlineMs: PATIENCE_MS };
  const edges: [OneEdge, OneEdge] = [
    new OneEdge(url, namespace, patient),
    new OneEdge(url, namespace, patient),
  ];
  try {
    await Promise.all(edges.map((edge) => edge.ready()));
    await test(edges);
  } finally {
    await Promise.all(edges.map((edge) => edge.close()));
    await withRedis(url, async (redis) => {
      const keys = await redis.keys(`${namespace}:*`);
      if (keys.length > 0) await redis.unlink(...keys);
    });
  }
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    const ended = new Promise((resolve) => redis.once("end", resolve));
    redis.disconnect();
    await ended;
  }
}

for (
  const [limit, limits, capacity, tokenMs] of [
    ["user", { userPerMinute: 5 }, 5, 12_000],
    ["address", { ipPerMinute: 60 }, 60, 1_000],
    ["sale", { ratePerSecond: 2, burst: 40 }, 40, 500],
  ] as [LimitName, Partial<SaleLimits>, number, number][]
) {
  Deno.test(`The limit per ${limit} holds across two edges`, async () => {
    await withTwoEdges(async (edges) => {
      const begunMs = performance.now();
      const outcomes = await Promise.all(
        Array.from({ length: 400 }, (_, at) => {
          const userId = limit === "user" ? "ann" : `user-${at}`;
          return edges[at % 2]!.take(1, limits, userId);
        }),
      );
      const lastedMs = performance.now() - begunMs;
      const passed = outcomes.filter((outcome) => outcome === "passed").length;
      assert(passed >= capacity, `${passed} passed`);
      assert(passed <= capacity + Math.ceil(lastedMs / tokenMs), `${passed} in ${lastedMs} ms`);
      assertEquals(new Set(outcomes), new Set(["passed", limit, "here"]));
    });
  });
}

Deno.test("What one edge drained the other refuses after one question", async () => {
  await withTwoEdges(async ([one, other]) => {
    const limits = { userPerMinute: 2 };
    assertEquals(await one.take(1, limits, "ann"), "passed");
    assertEquals(await one.take(1, limits, "ann"), "passed");
    assertEquals(await other.take(1, limits, "ann"), "user");
    const asked = other.shared.counts.tries;
    for (let i = 0; i < 100; i += 1) assertEquals(await other.take(1, limits, "ann"), "here");
    assertEquals(other.shared.counts.tries, asked);
    assertEquals(await other.take(2, limits, "ann"), "passed", "another sale");
  });
});

Deno.test("take_tokens.lua decides a batch in order, and its keys go by themselves", async () => {
  const namespace = uniqueName("limits");
  const redisUrl = serviceFor("REDIS_URL");
  const { buckets, close } = openRedisBuckets({ redisUrl, namespace }, { warning: () => {} });
  try {
    await until("the buckets are connected", () => buckets.isReady);
    const limits = { userPerMinute: 5, ipPerMinute: 8, ratePerSecond: 1, burst: 7 };
    const tries = Array.from({ length: 12 }, (_, at) => ({
      saleId: 1,
      limits,
      place: at === 11 ? null : PLACE,
      userId: at < 7 ? "ann" : `user-${at}`,
      sliderOverHalf: false,
    }));
    const question = new BucketQuestion(tries);
    const answer = await buckets.take(question.batch);
    const kinds = question.verdicts(answer, () => {}).map((verdict) =>
      verdict.kind === "refused" ? verdict.limit : verdict.kind === "passed" && verdict.overHalf
    );
    // Ann has five, of which the third is over half; what her limit refuses counts for nobody. The
    // address is over half with its fifth. The sale lets seven through; what it refuses counts, so
    // the address is drained by the eighth; who is free of it is left to the sale.
    assertEquals(kinds, [
      ...[false, false, true, true, true, "user", "user"],
      ...[true, true, "sale", "address", "sale"],
    ]);
    const fillMs = (name: string) => answer[question.batch.names.indexOf(name)]! / 1_000;
    assertEquals(Math.round(fillMs("user:1:ann")), 60_000);
    assertEquals(Math.round(fillMs(`address:1:${PLACE}`)), 60_000);
    assertEquals(Math.round(fillMs("sale:1:")), 7_000);
    const lives = await withRedis(redisUrl, async (redis) => {
      const keys = (await redis.keys(`${namespace}:*`)).toSorted();
      return await Promise.all(
        keys.map(async (key) => [key, await redis.pttl(key)] as [string, number]),
      );
    });
    assertEquals(
      lives.map(([key]) => key),
      [`address:1:${PLACE}`, "sale:1:", "user:1:ann"]
        .concat(["user-11", "user-7", "user-8", "user-9"].map((user) => `user:1:${user}`))
        .map((name) => `${namespace}:limit:${name}`),
    );
    for (const [key, pttl] of lives) assert(pttl <= 60_000, `${key} ${pttl}`);
    await withRedis(redisUrl, (redis) => redis.unlink(...lives.map(([key]) => key)));
  } finally {
    await close();
  }
});

/** Starts a Redis of the test's own, which it may break. */
async function withPrivateRedis(test: (server: ServiceHandle) => Promise<void>): Promise<void> {
  const services = await startServices({ which: ["redis"], log: () => {}, env: {} });
  try {
    await test(services.parts.redis!);
  } finally {
    await services.stop();
  }
}

Deno.test("With Redis killed limits fail open or closed as told, and are shared again after", async () => {
  await withPrivateRedis(async (server) => {
    const open = new OneEdge(server.url, "limits");
    const closed = new OneEdge(server.url, "limits", { failClosed: ["sale"] });
    try {
      await Promise.all([open.ready(), closed.ready()]);
      const limits = { userPerMinute: 2 };
      assertEquals(await open.take(1, limits, "ann"), "passed");
      await server.kill();
      assertEquals(await open.take(1, limits, "ann"), "passed");
      assertEquals(await open.take(1, limits, "ann"), "here", "its own count still holds");
      assertEquals(await closed.take(1, limits, "bob"), "closed");
      // Without its data: the script is gone too.
      await server.start();
      await Promise.all([open.ready(), closed.ready()]);
      await until("the closed edge lets buyers through", async () => {
        return await closed.take(1, NO_LIMITS, "cleo") === "passed";
      });
      const { tries } = open.shared.counts;
      await until("the open edge asks again", async () => {
        await open.take(1, NO_LIMITS, "dan");
        return open.shared.counts.tries > tries;
      });
    } finally {
      await Promise.all([open.close(), closed.close()]);
    }
  });
});

Deno.test("With Redis frozen a buy waits for one deadline, then nobody waits", async () => {
  await withPrivateRedis(async (server) => {
    const open = new OneEdge(server.url, "limits");
    const closed = new OneEdge(server.url, "limits", {
      failClosed: ["user", "address", "sale"],
    });
    try {
      await Promise.all([open.ready(), closed.ready()]);
      await server.pause();
      const crowd = (edge: OneEdge) =>
        Promise.all(Array.from({ length: 500 }, (_, at) => edge.take(1, {}, `user-${at}`)));
      assertEquals(new Set(await crowd(open)), new Set(["passed"]));
      assertEquals(new Set(await crowd(closed)), new Set(["closed"]));
      assertEquals([open.shared.counts.failures, open.shared.counts.questions], [1, 1]);
      assertEquals(await open.take(1, {}, "ann"), "passed");
      assertEquals(await closed.take(1, {}, "ann"), "closed");
      await server.resume();
      await until("the closed edge lets buyers through", async () => {
        return await closed.take(1, {}, "bob") === "passed";
      });
    } finally {
      await Promise.all([open.close(), closed.close()]);
    }
  });
});
