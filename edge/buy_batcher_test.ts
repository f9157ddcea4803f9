import { assert, assertEquals } from "@std/assert";
import { logOf } from "../shared/log.ts";
import type { BuyAnswer, InternalBuy, InternalBuys } from "../shared/internal_api.ts";
import { BUY_BATCHER_LIMITS, BuyBatcher, type BuyBatcherLimits } from "./buy_batcher.ts";
import { type Origin, OriginPool } from "./origin_pool.ts";
import { FakeTimers, settle } from "./testing/fake_timers.ts";

interface Call {
  url: string;
  sent: InternalBuys;
  answer(response: Response): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A batcher whose origins answer when and what a test says. */
function makeBatcher(options: { limits?: Partial<BuyBatcherLimits>; urls?: string[] } = {}) {
  const timers = new FakeTimers(50_000);
  const calls: Call[] = [];
  const stock: unknown[] = [];
  const origins: Origin[] = (options.urls ?? ["http://a"]).map((url) => ({
    url,
    async call(request) {
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      const sent = await request.json();
      calls.push({
        url,
        sent,
        answer: (response) => (resolve(response), settle()),
        fail: (error) => (reject(error), settle()),
      });
      return promise;
    },
  }));
  const parts = { timers, clock: timers.clock, log: logOf("edge", "test") };
  const pool = new OriginPool({ origins, edgeKey: "k", ...parts });
  const batcher = new BuyBatcher({
    ...parts,
    pool,
    onStock: (one) => stock.push(...one),
    limits: { ...BUY_BATCHER_LIMITS, ...options.limits },
  });
  const answers = new Map<string, BuyAnswer>();
  let times = 0;
  const submit = async (...ids: string[]) => {
    for (const id of ids) {
      batcher.submit(buyOf(id), (answer) => {
        times += 1;
        answers.set(id, answer);
      });
    }
    await settle();
  };
  return { timers, calls, stock, pool, batcher, answers, submit, answered: () => times };
}

function buyOf(id: string): InternalBuy {
  return [1, 1, id, 1, `request-${id}`, 0];
}

/** Gives everybody of a call a ticket that ends in his name. */
function ok(call: Call, stockLeft = 5): Promise<void> {
  const answers = call.sent.buys.map(([, , userId]) => ({ outcome: "processing", ticket: userId }));
  return call.answer(
    Response.json({ answers, stock: [{ saleId: 1, productId: 1, stock: stockLeft }] }),
  );
}

const users = (call: Call | undefined) => call?.sent.buys.map(([, , userId]) => userId);
const ids = (count: number, prefix = "u") => Array.from({ length: count }, (_, i) => prefix + i);

Deno.test("BuyBatcher sends the first buy at once and gathers the others meanwhile", async () => {
  const { calls, submit, answers, stock, timers } = makeBatcher();
  await submit("a");
  assertEquals(users(calls[0]), ["a"]);
  assertEquals(calls[0]!.sent.budgetMs, 1_150);
  await submit("b", "c", "d");
  assertEquals(calls.length, 1);
  await ok(calls[0]!, 4);
  assertEquals(users(calls[1]), ["b", "c", "d"]);
  await ok(calls[1]!, 1);
  for (const id of ["a", "b", "c", "d"]) {
    assertEquals(answers.get(id), { outcome: "processing", ticket: id });
  }
  assertEquals(stock.length, 2);
  assertEquals(timers.pendingCount, 0);
});

Deno.test("BuyBatcher never sends more than a batch holds", async () => {
  const { calls, submit, answered } = makeBatcher();
  await submit("first", ...ids(1_100));
  for (let i = 0; i < 4; i += 1) await ok(calls[i]!);
  assertEquals(calls.map((call) => call.sent.buys.length), [1, 512, 512, 76]);
  assertEquals(answered(), 1_101);
});

Deno.test("BuyBatcher does not wait for a slow batch, up to eight in flight", async () => {
  const patient = { budgetMs: 30_000, giveUpMs: 60_000 };
  const { calls, submit, timers, batcher, answered } = makeBatcher({ limits: patient });
  for (let i = 0; i < 12; i += 1) {
    await submit(`u${i}`);
    await timers.advance(99);
    assertEquals(calls.length, Math.min(i + 1, 8));
    await timers.advance(1);
  }
  assertEquals([batcher.inFlightCount, batcher.waitingCount], [8, 4]);
  await ok(calls[0]!);
  assertEquals(users(calls[8]), ["u8", "u9", "u10", "u11"]);
  for (const call of calls.slice(1)) await ok(call);
  assertEquals([answered(), batcher.inFlightCount], [12, 0]);
});

Deno.test("BuyBatcher gives every healthy origin a batch of its own", async () => {
  const { calls, submit } = makeBatcher({ urls: ["http://a", "http://b"] });
  await submit("one", "two", "three");
  assertEquals(calls.map((call) => call.url).sort(), ["http://a", "http://b"]);
  for (const call of calls) await ok(call);
  assertEquals(users(calls[2]), ["three"]);
  await ok(calls[2]!);
});

Deno.test("BuyBatcher answers busy at once when too many wait", async () => {
  const { submit, answers, batcher, calls } = makeBatcher({ limits: { maxWaiting: 3 } });
  await submit("sent", "w1", "w2", "w3", "over");
  assertEquals(answers.get("over"), { outcome: "busy" });
  assertEquals([answers.size, batcher.waitingCount], [1, 3]);
  await ok(calls[0]!);
  await ok(calls[1]!);
  assertEquals(answers.size, 5);
});

Deno.test("BuyBatcher waits with ten thousand and no more", async () => {
  const { submit, batcher, answered } = makeBatcher();
  await submit("sent", ...ids(10_000));
  assertEquals([batcher.waitingCount, answered()], [10_000, 0]);
  await submit("over");
  assertEquals([batcher.waitingCount, answered()], [10_000, 1]);
  batcher.stop();
  assertEquals(answered(), 10_001);
});

Deno.test("BuyBatcher tries a failed batch once more, elsewhere, with the same request ids", async () => {
  const { calls, submit, answers, batcher } = makeBatcher({ urls: ["http://a", "http://b"] });
  await submit("x");
  await calls[0]!.fail(new TypeError("connection refused"));
  assertEquals(calls.length, 2);
  assert(calls[0]!.url !== calls[1]!.url);
  assertEquals(calls[1]!.sent.buys, calls[0]!.sent.buys);
  await ok(calls[1]!);
  assertEquals(answers.get("x"), { outcome: "processing", ticket: "x" });
  assertEquals(batcher.counts, { batches: 1, buys: 1, retries: 1, failures: 1 });
});

Deno.test("BuyBatcher never tries a third time", async () => {
  const { calls, submit, answers, answered } = makeBatcher();
  await submit("x");
  await calls[0]!.answer(new Response("away", { status: 503 }));
  await calls[1]!.answer(new Response("away", { status: 503 }));
  assertEquals(calls.length, 2);
  assertEquals([answers.get("x"), answered()], [{ outcome: "unavailable" }, 1]);
});

for (
  const [what, response] of [
    ["is no JSON", () => new Response("<html>")],
    ["has too few answers", () => Response.json({ answers: [], stock: [] })],
    ["has no stock", () => Response.json({ answers: [{ outcome: "busy" }] })],
    ["is refused", () => Response.json({ code: "unauthenticated" }, { status: 401 })],
  ] as const
) {
  Deno.test(`BuyBatcher takes an answer that ${what} for a failure`, async () => {
    const { calls, submit, answers } = makeBatcher();
    await submit("x");
    await calls[0]!.answer(response());
    await ok(calls[1]!);
    assertEquals(answers.get("x")?.outcome, "processing");
  });
}

Deno.test("BuyBatcher gives up on a silent origin in time", async () => {
  const { calls, submit, answers, timers } = makeBatcher();
  await submit("x");
  await timers.advance(1_299);
  assertEquals([calls.length, answers.size], [1, 0]);
  await timers.advance(1);
  assertEquals(calls.length, 1, "100 ms are not enough for a second try");
  assertEquals(answers.get("x"), { outcome: "unavailable" });
  // The try answers at last; nobody hears it twice.
  await ok(calls[0]!);
  assertEquals(answers.get("x"), { outcome: "unavailable" });
  assertEquals(timers.pendingCount, 0);
});

Deno.test("BuyBatcher gives a second try what is left of the buyer's time", async () => {
  const { calls, submit, answers, timers } = makeBatcher();
  await submit("x");
  await timers.advance(600);
  await calls[0]!.fail(new TypeError("connection reset"));
  assertEquals(calls[1]!.sent.budgetMs, 650);
  await timers.advance(800);
  assertEquals(answers.get("x"), { outcome: "unavailable" });
});

Deno.test("BuyBatcher refuses those who waited too long and gives the others what is left", async () => {
  const { calls, submit, answers, timers } = makeBatcher({ limits: { maxInFlight: 1 } });
  await submit("sent");
  await submit("old");
  await timers.advance(300);
  await submit("young");
  await timers.advance(899);
  assertEquals(calls.length, 1);
  await ok(calls[0]!);
  assertEquals(answers.get("sent")?.outcome, "processing");
  assertEquals(answers.get("old"), { outcome: "busy" });
  assertEquals(users(calls[1]), ["young"]);
  assertEquals(calls[1]!.sent.budgetMs, 351);
  await ok(calls[1]!);
});

Deno.test("BuyBatcher fails fast when no origin is healthy", async () => {
  const { calls, submit, answers } = makeBatcher();
  await submit("a");
  await calls[0]!.fail(new TypeError("refused"));
  await calls[1]!.fail(new TypeError("refused"));
  await submit("b");
  await calls[2]!.fail(new TypeError("refused"));
  assertEquals(answers.get("b"), { outcome: "unavailable" });
  await submit("c");
  assertEquals(answers.get("c"), { outcome: "unavailable" });
  assertEquals(calls.length, 3);
});

Deno.test("BuyBatcher.stop() answers those who wait and those who come", async () => {
  const { batcher, submit, answers, calls } = makeBatcher();
  await submit("sent", "waits");
  batcher.stop();
  await submit("comes");
  assertEquals(answers.get("waits"), { outcome: "unavailable" });
  assertEquals(answers.get("comes"), { outcome: "unavailable" });
  await ok(calls[0]!);
  assertEquals(answers.get("sent")?.outcome, "processing");
});
