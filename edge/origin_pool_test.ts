import { assert, assertEquals, assertRejects } from "@std/assert";
import { logOf } from "../shared/log.ts";
import { DRAINING_HEADER, EDGE_KEY_HEADER } from "../shared/internal_api.ts";
import { type Origin, OriginFailure, OriginPool } from "./origin_pool.ts";
import { FakeTimers, settle } from "./testing/fake_timers.ts";

const GET = { method: "GET", path: "/x", timeoutMs: 1_000 } as const;

/** An origin whose answers a test decides, and the requests it got. */
function stub(url: string, answer: () => Promise<Response>) {
  const requests: Request[] = [];
  const origin: Origin & { requests: Request[]; answer: () => Promise<Response> } = {
    url,
    requests,
    answer,
    call(request) {
      requests.push(request);
      return origin.answer();
    },
  };
  return origin;
}

const fine = () => Promise.resolve(new Response("fine"));
const leaving = () =>
  Promise.resolve(new Response("fine", { headers: { [DRAINING_HEADER]: "1" } }));
const broken = () => Promise.resolve(new Response("broken", { status: 500 }));
const silent = () => new Promise<Response>(() => {});

function makePool(...origins: Origin[]) {
  const timers = new FakeTimers(0);
  const parts = { timers, clock: timers.clock, log: logOf("edge", "test") };
  return { timers, pool: new OriginPool({ origins, edgeKey: "the key", ...parts }) };
}

async function fail(pool: OriginPool, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await assertRejects(() => pool.call(GET), OriginFailure);
}

Deno.test("OriginPool sends the key and reads the body", async () => {
  const a = stub("http://a", fine);
  const { pool, timers } = makePool(a);
  const answer = await pool.call({ ...GET, method: "POST", body: "{}" });
  assertEquals([answer.status, answer.text], [200, "fine"]);
  assertEquals(a.requests[0]!.headers.get(EDGE_KEY_HEADER), "the key");
  assertEquals(a.requests[0]!.url, "http://a/x");
  assertEquals(await a.requests[0]!.text(), "{}");
  assertEquals(timers.pendingCount, 0);
});

Deno.test("OriginPool chooses the origin with the fewest calls in flight", async () => {
  const a = stub("http://a", silent);
  const b = stub("http://b", silent);
  const { pool, timers } = makePool(a, b);
  const calls = [1, 2, 3, 4].map(() => pool.call(GET).catch(() => {}));
  assertEquals([a.requests.length, b.requests.length], [2, 2]);
  await timers.advance(1_000);
  await Promise.all(calls);
});

Deno.test("OriginPool gives up at the deadline and aborts the request", async () => {
  const a = stub("http://a", silent);
  const { pool, timers } = makePool(a);
  const call = assertRejects(() => pool.call(GET), OriginFailure, "within 1000 ms");
  await timers.advance(999);
  assertEquals(a.requests[0]!.signal.aborted, false);
  await timers.advance(1);
  await call;
  assert(a.requests[0]!.signal.aborted);
});

Deno.test("OriginPool takes an origin out after three failures in a row", async () => {
  const a = stub("http://a", broken);
  const { pool } = makePool(a);
  await fail(pool, 2);
  a.answer = fine;
  await pool.call(GET);
  a.answer = broken;
  await fail(pool, 2);
  assertEquals(pool.healthyCount, 1);
  await fail(pool, 1);
  assertEquals(pool.healthyCount, 0);
  await assertRejects(() => pool.call(GET), OriginFailure, "No origin is healthy");
  assertEquals(a.requests.length, 6);
});

Deno.test("OriginPool does not count a refusal as a failure", async () => {
  const { pool } = makePool(
    stub("http://a", () => Promise.resolve(Response.json({}, { status: 404 }))),
  );
  for (let i = 0; i < 5; i += 1) assertEquals((await pool.call(GET)).status, 404);
  assertEquals(pool.healthyCount, 1);
});

Deno.test("OriginPool avoids the origin it is told to, unless it is the only one", async () => {
  const a = stub("http://a", fine);
  const b = stub("http://b", fine);
  const { pool, timers } = makePool(a, b);
  const first = await pool.call(GET);
  const second = await pool.call(GET, first.origin);
  assert(second.origin !== first.origin);
  // Also when the other one is busier.
  b.answer = silent;
  const hanging = pool.call(GET, first.origin).catch(() => {});
  b.answer = fine;
  // One call more, so that it would be the turn of the first.
  await pool.call(GET);
  assert((await pool.call(GET, first.origin)).origin === second.origin);
  await timers.advance(1_000);
  await hanging;
  const alone = makePool(a).pool;
  const only = await alone.call(GET);
  assertEquals((await alone.call(GET, only.origin)).status, 200);
});

Deno.test("OriginPool probes what is out, after a pause that doubles", async () => {
  const a = stub("http://a", broken);
  const b = stub("http://b", fine);
  const { pool, timers } = makePool(a, b);
  for (let i = 0; i < 6; i += 1) await pool.call(GET).catch(() => {});
  assertEquals(pool.healthyCount, 1);
  const probed = async (afterMs: number) => {
    await timers.advance(afterMs);
    const before = a.requests.length;
    await pool.probe(GET);
    return a.requests.length - before;
  };
  assertEquals(await probed(499), 0);
  assertEquals(await probed(1), 1);
  assertEquals(await probed(999), 0);
  assertEquals(await probed(1), 1);
  a.answer = fine;
  assertEquals(await probed(2_000), 1);
  assertEquals(pool.healthyCount, 2);
  assertEquals(await probed(60_000), 0);
});

Deno.test("OriginPool.callSteadily() stays with one origin and works with none healthy", async () => {
  const a = stub("http://a", fine);
  const b = stub("http://b", fine);
  const { pool } = makePool(a, b);
  for (let i = 0; i < 4; i += 1) await pool.callSteadily(GET);
  assertEquals([a.requests.length, b.requests.length], [4, 0]);
  a.answer = b.answer = broken;
  for (let i = 0; i < 6; i += 1) await pool.callSteadily(GET).catch(() => {});
  assertEquals(pool.healthyCount, 0);
  a.answer = b.answer = fine;
  await pool.callSteadily(GET);
  assertEquals(pool.healthyCount, 1);
  await settle();
});

Deno.test("OriginPool turns to others when an origin drains, and back when it is there again", async () => {
  const a = stub("http://a", leaving);
  const b = stub("http://b", fine);
  const { pool } = makePool(a, b);
  for (let i = 0; i < 6; i += 1) await pool.call(GET);
  assertEquals([a.requests.length, b.requests.length], [1, 5]);
  await pool.callSteadily(GET);
  assertEquals(b.requests.length, 6);
  // It drains on, so it is still healthy: with nobody else it would be called.
  await pool.check(GET);
  assertEquals([a.requests.length, pool.healthyCount], [2, 2]);
  a.answer = fine;
  await pool.check(GET);
  for (let i = 0; i < 4; i += 1) await pool.call(GET);
  assertEquals([a.requests.length, b.requests.length], [5, 10]);
  await pool.probe(GET);
  assertEquals(a.requests.length, 5, "one that is well needs no probe");
});

Deno.test("OriginPool knows at the first failure that an origin that drained is gone", async () => {
  const a = stub("http://a", leaving);
  const b = stub("http://b", fine);
  const { pool } = makePool(a, b);
  await pool.call(GET);
  a.answer = () => Promise.reject(new Error("connection refused"));
  await pool.check(GET);
  assertEquals(pool.healthyCount, 1);
});

Deno.test("OriginPool calls an origin that drains when it is the only one, through a gap", async () => {
  const a = stub("http://a", leaving);
  const { pool } = makePool(a);
  await pool.call(GET);
  a.answer = () => Promise.reject(new Error("connection reset"));
  await fail(pool, 1);
  assertEquals(pool.healthyCount, 1);
  a.answer = fine;
  assertEquals((await pool.call(GET)).status, 200);
});

Deno.test("OriginPool does not blame an origin for being late with what waits for the order book", async () => {
  const { pool, timers } = makePool(stub("http://a", () => new Promise<Response>(() => {})));
  const late = async (mayBeLate: boolean) => {
    const call = pool.call({ ...GET, mayBeLate }).catch(() => {});
    await timers.advance(GET.timeoutMs);
    await call;
  };
  for (let i = 0; i < 5; i += 1) await late(true);
  assertEquals(pool.healthyCount, 1);
  for (let i = 0; i < 3; i += 1) await late(false);
  assertEquals(pool.healthyCount, 0);
});

Deno.test("OriginPool counts failures of snapshots and of buys apart, each in a row", async () => {
  const a = stub("http://a", fine);
  const { pool } = makePool(a);
  const failed = async (call: () => Promise<unknown>) => {
    a.answer = broken;
    await assertRejects(call, OriginFailure);
    a.answer = fine;
  };
  const snapshot = () => pool.callSteadily(GET);
  // Lone failures between good snapshots, hours apart.
  for (let i = 0; i < 5; i += 1) {
    await failed(snapshot);
    await snapshot();
  }
  assertEquals(pool.healthyCount, 1);
  // Two of each kind are not four of one.
  for (const call of [snapshot, snapshot, () => pool.call(GET), () => pool.call(GET)]) {
    await failed(call);
  }
  assertEquals(pool.healthyCount, 1);
  await failed(snapshot);
  assertEquals(pool.healthyCount, 0);
  // Whoever is back begins anew.
  await snapshot();
  assertEquals(pool.healthyCount, 1);
  for (const call of [snapshot, snapshot, () => pool.call(GET), () => pool.call(GET)]) {
    await failed(call);
  }
  assertEquals(pool.healthyCount, 1);
});

Deno.test("OriginPool tries an origin again although the clock was set back by an hour", async () => {
  const a = stub("http://a", broken);
  let nowMs = 10_000_000;
  const timers = new FakeTimers(0);
  const parts = { timers, clock: () => nowMs, log: logOf("edge", "test"), edgeKey: "the key" };
  const pool = new OriginPool({ ...parts, origins: [a] });
  await fail(pool, 3);
  nowMs -= 3_600_000;
  await pool.probe(GET);
  assertEquals(a.requests.length, 4);
  // It failed again, and its pause counts from now on.
  nowMs += 999;
  await pool.probe(GET);
  assertEquals(a.requests.length, 4);
  nowMs += 1;
  a.answer = fine;
  await pool.probe(GET);
  assertEquals([a.requests.length, pool.healthyCount], [5, 1]);
});
