import { assertEquals, assertRejects } from "@std/assert";
import { DRAINING_HEADER } from "../shared/internal_api.ts";
import { logOf } from "../shared/log.ts";
import { type Origin, OriginFailure, OriginPool } from "./origin_pool.ts";
import { OriginProbes } from "./origin_probes.ts";
import { FakeTimers } from "./testing/fake_timers.ts";

const CALL = { method: "GET", path: "/x", timeoutMs: 1_000 } as const;
const SNAPSHOT = { method: "GET", path: "/internal/snapshot", timeoutMs: 1_000 } as const;

/** An origin that answers each address as a test says, and counts what it was asked. */
class Stub implements Origin {
  readonly asked = new Map<string, number>();
  readiness: () => Promise<Response> = ready;
  calls: () => Promise<Response> = fine;
  snapshot: () => Promise<Response> = fine;

  constructor(readonly url: string) {}

  call(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.asked.set(pathname, this.count(pathname) + 1);
    if (pathname === "/readyz") return this.readiness();
    return pathname === SNAPSHOT.path ? this.snapshot() : this.calls();
  }

  count(path: string): number {
    return this.asked.get(path) ?? 0;
  }
}

const fine = () => Promise.resolve(new Response("fine"));
const ready = () => Promise.resolve(Response.json({ status: "ready" }));
const notReady = () => Promise.resolve(Response.json({ status: "not_ready" }, { status: 503 }));
const draining = () =>
  Promise.resolve(
    Response.json({ status: "not_ready" }, { status: 503, headers: { [DRAINING_HEADER]: "1" } }),
  );
const broken = () => Promise.resolve(new Response("broken", { status: 500 }));
const gone = () => Promise.reject(new TypeError("connection refused"));
const silent = () => new Promise<Response>(() => {});

function watch(count: number) {
  const timers = new FakeTimers(0);
  const stubs = Array.from({ length: count }, (_, i) => new Stub(`http://origin-${i + 1}`));
  const pool = new OriginPool({
    origins: stubs,
    edgeKey: "the key",
    timers,
    clock: timers.clock,
    log: logOf("edge", "test"),
  });
  const randomness = { fraction: () => 0.5 };
  const probes = new OriginProbes({ pool, question: () => SNAPSHOT, timers, randomness });
  probes.start();
  /** How many of the next calls each origin gets. */
  const share = async (calls: number) => {
    const before = stubs.map((stub) => stub.count(CALL.path));
    for (let i = 0; i < calls; i += 1) await pool.call(CALL);
    return stubs.map((stub, i) => stub.count(CALL.path) - before[i]!);
  };
  return { timers, stubs, pool, probes, share };
}

Deno.test("OriginProbes asks every origin about once a second whether it is ready", async () => {
  const { stubs, timers, probes } = watch(3);
  await timers.advance(10_000);
  assertEquals(stubs.map((stub) => stub.count("/readyz")), [11, 11, 11]);
  assertEquals(stubs.map((stub) => stub.count(SNAPSHOT.path)), [0, 0, 0]);
  await probes.stop();
  assertEquals(timers.pendingCount, 0);
});

Deno.test("OriginProbes spreads its questions by chance", async () => {
  const timers = new FakeTimers(0);
  const origin = new Stub("http://origin");
  const parts = { edgeKey: "k", timers, clock: timers.clock, log: logOf("edge", "test") };
  const pool = new OriginPool({ ...parts, origins: [origin] });
  const chances = [0, 0.999];
  const randomness = { fraction: () => chances[0]! };
  const probes = new OriginProbes({ pool, question: () => SNAPSHOT, timers, randomness });
  probes.start();
  await timers.advance(800);
  assertEquals(origin.count("/readyz"), 2);
  chances.shift();
  await timers.advance(800);
  assertEquals(origin.count("/readyz"), 3);
  await timers.advance(1_100);
  assertEquals(origin.count("/readyz"), 3);
  await timers.advance(150);
  assertEquals(origin.count("/readyz"), 4);
  await probes.stop();
});

Deno.test("An origin that says that it is not ready gets no calls while another is", async () => {
  const { stubs: [a, b], timers, pool, probes, share } = watch(2);
  assertEquals(await share(4), [2, 2]);
  a!.readiness = notReady;
  await timers.advance(1_000);
  assertEquals(await share(4), [0, 4]);
  assertEquals(pool.healthyCount, 2, "it is not out: it answers");
  // With nobody ready all are called: without the database an origin still decides buys.
  b!.readiness = notReady;
  await timers.advance(1_000);
  assertEquals(await share(4), [2, 2]);
  // One that is not ready is asked again soon.
  a!.readiness = ready;
  await timers.advance(300);
  assertEquals(await share(4), [4, 0]);
  await probes.stop();
});

Deno.test("An origin that drains goes before one that is not ready, behind one that is", async () => {
  const { stubs: [a, b, c], timers, probes, share } = watch(3);
  a!.readiness = notReady;
  b!.readiness = draining;
  await timers.advance(1_000);
  // A call's own answer would say that it drains no more.
  b!.calls = () => Promise.resolve(new Response("fine", { headers: { [DRAINING_HEADER]: "1" } }));
  assertEquals(await share(3), [0, 0, 3]);
  c!.readiness = notReady;
  await timers.advance(1_000);
  assertEquals(await share(3), [0, 3, 0]);
  await probes.stop();
});

Deno.test("An origin that is gone is noticed without any call, and comes back", async () => {
  const { stubs: [a], timers, pool, probes, share } = watch(2);
  a!.readiness = a!.calls = a!.snapshot = gone;
  // A look after at most a second, and two more 300 ms apart.
  await timers.advance(1_600);
  assertEquals(pool.healthyCount, 1);
  assertEquals(await share(4), [0, 4]);
  a!.readiness = ready;
  a!.calls = a!.snapshot = fine;
  await timers.advance(1_500);
  assertEquals(pool.healthyCount, 2);
  assertEquals(await share(4), [2, 2]);
  await probes.stop();
});

Deno.test("An origin that hangs gets no calls after its first silence", async () => {
  const { stubs: [a], timers, pool, probes, share } = watch(2);
  a!.readiness = silent;
  // Asked again after a second, and given half a second more than it gives its own parts.
  await timers.advance(2_499);
  assertEquals(await share(4), [2, 2]);
  await timers.advance(1);
  assertEquals(pool.healthyCount, 2);
  assertEquals(await share(4), [0, 4]);
  await timers.advance(3_600);
  assertEquals(pool.healthyCount, 1);
  a!.readiness = ready;
  await timers.advance(600);
  assertEquals(pool.healthyCount, 2);
  await probes.stop();
});

Deno.test("An origin that decides every buy stays in, whatever its readiness says", async () => {
  for (const readiness of [broken, silent, gone]) {
    const { stubs, timers, pool, probes } = watch(2);
    for (const stub of stubs) stub.readiness = readiness;
    for (let i = 0; i < 100; i += 1) {
      await timers.advance(100);
      for (let calls = 0; calls < 2; calls += 1) await pool.call(CALL);
    }
    assertEquals(pool.origins.map((one) => one.counts.ejections), [0, 0]);
    await timers.advance(1_500);
    await probes.stop();
  }
});

Deno.test("Silence about readiness takes out all origins but the last, failures that too", async () => {
  for (const readiness of [broken, silent, gone]) {
    const { stubs, timers, pool, probes } = watch(2);
    for (const stub of stubs) {
      stub.readiness = readiness;
      stub.snapshot = gone;
    }
    await timers.advance(20_000);
    assertEquals(pool.healthyCount, 1);
    await pool.call(CALL);
    for (let i = 0; i < 3; i += 1) await pool.callSteadily(SNAPSHOT).catch(() => {});
    assertEquals(pool.healthyCount, 0);
    await timers.advance(1_500);
    await probes.stop();
  }
});

Deno.test("Being ready does not excuse an origin whose answers fail", async () => {
  const { stubs: [a], timers, pool, probes } = watch(1);
  a!.calls = broken;
  for (let i = 0; i < 3; i += 1) {
    await timers.advance(2_000);
    await pool.callSteadily(SNAPSHOT);
    await assertRejects(() => pool.call(CALL), OriginFailure, "status 500");
  }
  assertEquals(pool.healthyCount, 0);
  assertEquals(pool.origins[0]!.counts, { calls: 3, failures: 3, ejections: 1, retries: 0 });
  await probes.stop();
});

Deno.test("An origin that fails again after each return stays away for longer", async () => {
  const { stubs: [a], timers, pool, probes } = watch(1);
  a!.calls = broken;
  const awayMs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    while (pool.healthyCount > 0) await assertRejects(() => pool.call(CALL), OriginFailure);
    const sinceMs = timers.nowMs;
    while (pool.healthyCount === 0) await timers.advance(100);
    awayMs.push(timers.nowMs - sinceMs);
  }
  assertEquals(awayMs.map((ms, i) => ms >= Math.min(5_000, 500 * 2 ** i)), awayMs.map(() => true));
  // One that works again is forgiven.
  a!.calls = fine;
  await pool.call(CALL);
  a!.calls = broken;
  while (pool.healthyCount > 0) await assertRejects(() => pool.call(CALL), OriginFailure);
  const sinceMs = timers.nowMs;
  while (pool.healthyCount === 0) await timers.advance(100);
  assertEquals(timers.nowMs - sinceMs <= 900, true, String(timers.nowMs - sinceMs));
  await probes.stop();
});
