import { assertEquals, assertMatch } from "@std/assert";
import type { CaptchaPolicy, SaleLimits } from "../../shared/sale.ts";
import type { PassReader } from "../gate/gate_parts.ts";
import type { BucketBatch } from "../limits/bucket_question.ts";
import type { LimitName } from "../limits/sharing_config.ts";
import { type EdgeKit, gist, startEdge } from "../testing/edge_kit.ts";
import { NO_LIMITS, sampleItem, sampleSale } from "../testing/sample_sale.ts";

/** Takes `pass` for a usable pass of anybody. */
const passes: PassReader = {
  read: (text, _userId, _saleId, nowMs) =>
    text === "pass" ? { passId: "p".repeat(22), expiresAt: nowMs + 60_000 } : null,
};

/** A kit whose edge shares its limits; `answer` gives the verdict of each single try. */
async function sharingEdge(
  answer: (batch: BucketBatch) => { fillUs?: number[]; verdict: number } | null,
  options: {
    captcha?: CaptchaPolicy;
    failClosed?: LimitName[];
    limits?: Partial<SaleLimits>;
  } = {},
): Promise<{ kit: EdgeKit; asked: BucketBatch[] }> {
  const asked: BucketBatch[] = [];
  const kit = await startEdge({
    config: {
      limitsSharing: {
        redisUrl: "redis://limits.test",
        namespace: "test",
        failClosed: new Set(options.failClosed ?? []),
      },
    },
    gate: { passes },
    buckets: {
      isReady: true,
      take(batch) {
        asked.push(batch);
        const given = answer(batch);
        if (given === null) return Promise.reject(new Error("away"));
        return Promise.resolve([...(given.fillUs ?? batch.names.map(() => 0)), given.verdict]);
      },
    },
  });
  kit.origin.publish(sampleSale(2, {
    captcha: options.captcha ?? "suspicious",
    limits: { ...NO_LIMITS, ...options.limits },
    items: [sampleItem(1, { stock: 100 })],
  }));
  await kit.refresh();
  return { kit, asked };
}

Deno.test("A try that this edge lets through is asked for once, with all of its limits", async () => {
  const { kit, asked } = await sharingEdge(() => ({ verdict: 0 }));
  await using _ = kit;
  const token = await kit.signIn("ann");
  assertEquals(await gist(kit.buy({ token, saleId: 2, peer: "203.0.113.7" })), "201 reserved");
  assertEquals(asked.map(({ names, tries }) => [names, tries]), [
    [["address:2:203.0.113.7", "user:2:ann", "sale:2:"], [[1], [2], [3], [1]]],
  ]);
});

Deno.test("A try that this edge refuses is not asked for", async () => {
  const { kit, asked } = await sharingEdge(() => ({ verdict: 0 }), { limits: { burst: 1 } });
  await using _ = kit;
  assertEquals(await gist(kit.buy({ saleId: 2 })), "401 unauthenticated");
  assertEquals(
    await gist(kit.buy({ token: await kit.signIn("a"), saleId: 99 })),
    "404 unknown_item",
  );
  kit.origin.change(2, { captcha: "always" });
  await kit.refresh();
  assertEquals(
    await gist(kit.buy({ token: await kit.signIn("a"), saleId: 2 })),
    "428 captcha_required",
  );
  assertEquals(asked, []);
});

Deno.test("A refusal by all edges is 429 with its wait, and is then known here", async () => {
  const { kit, asked } = await sharingEdge(
    () => ({ fillUs: [0, 57_500_000, 0], verdict: 2 }),
    { limits: { userPerMinute: 5 }, captcha: "off" },
  );
  await using _ = kit;
  const token = await kit.signIn("ann");
  for (let i = 0; i < 3; i += 1) {
    const refused = await kit.buy({ token, saleId: 2 });
    assertEquals([refused.status, refused.headers.get("retry-after")], [429, "10"]);
    await refused.body?.cancel();
  }
  assertEquals([asked.length, kit.origin.batches.length], [1, 0]);
  kit.timers.nowMs += 9_500;
  await (await kit.buy({ token, saleId: 2 })).body?.cancel();
  assertEquals(asked.length, 2);
  const metrics = await (await kit.edge.app.request("/metrics")).text();
  assertMatch(metrics, /^dropgate_edge_limited_total\{limit="user"\} 4$/m);
  assertMatch(metrics, /^dropgate_edge_shared_limit_questions_total 2$/m);
});

Deno.test("Over half of a shared limit the suspicious are asked for the slider", async () => {
  const { kit, asked } = await sharingEdge(() => ({ verdict: -1 }));
  await using _ = kit;
  const token = await kit.signIn("ann");
  const headers = { "x-captcha-pass": "pass" };
  assertEquals(await gist(kit.buy({ token, saleId: 2 })), "428 captcha_required");
  assertEquals(await gist(kit.buy({ token, saleId: 2, headers, key: "k" })), "201 reserved");
  assertEquals(asked[1]!.tries, [[0], [1], [2], [0]], "whoever has a pass is free of his address");
  const [buy] = kit.origin.batches.at(-1)!.buys;
  assertEquals(buy!.slice(0, 7), [2, 1, "ann", 1, "k", 0, "p".repeat(22)], "the pass is spent");
  kit.origin.change(2, { captcha: "off" });
  await kit.refresh();
  assertEquals(await gist(kit.buy({ token: await kit.signIn("bob"), saleId: 2 })), "201 reserved");
  assertEquals(asked[2]!.tries[3], [0], "a sale without the slider asks nobody");
});

Deno.test("What all edges refuse for one limit counts here for no other", async () => {
  let verdict = 1;
  const { kit, asked } = await sharingEdge(() => ({ verdict }), {
    limits: { userPerMinute: 1, ipPerMinute: 1 },
    captcha: "off",
  });
  await using _ = kit;
  const [ann, bob] = [await kit.signIn("ann"), await kit.signIn("bob")];
  const [here, there] = ["203.0.113.7", "203.0.113.8"];
  assertEquals(await gist(kit.buy({ token: ann, saleId: 2, peer: here })), "429 rate_limited");
  verdict = 2;
  assertEquals(await gist(kit.buy({ token: ann, saleId: 2, peer: there })), "429 rate_limited");
  verdict = 0;
  assertEquals(await gist(kit.buy({ token: bob, saleId: 2, peer: there })), "201 reserved");
  assertEquals(asked.length, 3, "ann's token was left after the first, the address's after both");
});

Deno.test("With nobody to ask a buy goes on, or is 503 where a limit shall fail closed", async () => {
  const { kit: open } = await sharingEdge(() => null);
  await using _ = open;
  const ann = await open.signIn("ann");
  assertEquals(await gist(open.buy({ token: ann, saleId: 2 })), "201 reserved");
  const { kit: closed } = await sharingEdge(() => null, { failClosed: ["address"] });
  await using _closed = closed;
  const token = await closed.signIn("ann");
  const refused = await closed.buy({ token, saleId: 2 });
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertEquals((await refused.json()).code, "busy");
  // His address is not asked for, so it does not matter that nobody can be.
  const headers = { "x-captcha-pass": "pass" };
  assertEquals(await gist(closed.buy({ token, saleId: 2, headers })), "201 reserved");
});

Deno.test("A winner whose answer was lost hears it though all edges limit him", async () => {
  let verdict = 0;
  const { kit } = await sharingEdge(() => ({ verdict }));
  await using _ = kit;
  const token = await kit.signIn("ann");
  assertEquals(await gist(kit.buy({ token, saleId: 2, key: "k" })), "201 reserved");
  verdict = 3;
  assertEquals(await gist(kit.buy({ token, saleId: 2, key: "k" })), "200 reserved");
  assertEquals(await gist(kit.buy({ token, saleId: 2, key: "other" })), "429 rate_limited");
});
