import { assert, assertEquals } from "@std/assert";
import { DEADLINE_HEADER } from "../shared/internal_api.ts";
import { type EdgeKit, gist, startEdge } from "./testing/edge_kit.ts";

const MANY = 1_000_000_000;
const NO_LIMITS = { ratePerSecond: MANY, burst: MANY, userPerMinute: MANY, ipPerMinute: MANY };

const AWAY = () => Promise.reject(new TypeError("connection refused"));

/** The value of a metric, say `batch_retries_total`. */
async function metric(kit: EdgeKit, name: string): Promise<number> {
  const text = await (await kit.edge.app.request("/metrics")).text();
  const line = text.split("\n").find((one) => one.startsWith(`dropgate_edge_${name} `));
  assert(line, name);
  return Number(line.split(" ")[1]);
}

Deno.test("With no origin healthy a buy hears 503 at once, and pages and facts go on", async () => {
  await using kit = await startEdge();
  kit.origin.change(1, { limits: NO_LIMITS });
  await kit.refresh();
  await kit.edge.idle();
  const token = await kit.signIn("ann");
  kit.origin.away = AWAY;
  await kit.timers.advance(3_000);
  assertEquals(await metric(kit, "origins_healthy"), 0);
  const batches = kit.origin.batches.length;

  // The clock stands still: nobody waits for anything.
  const tookMs: number[] = [];
  for (let i = 0; i < 1_000; i += 1) {
    const startedAt = performance.now();
    const response = await kit.buy({ token, key: `key-${i}` });
    tookMs.push(performance.now() - startedAt);
    assertEquals(response.headers.get("retry-after"), "2");
    assertEquals(await gist(response), "503 unavailable");
  }
  assertEquals(kit.origin.batches.length, batches);
  tookMs.sort((a, b) => a - b);
  console.log(
    `    1,000 buys with no origin healthy: median ${tookMs[500]!.toFixed(2)} ms, ` +
      `p99 ${tookMs[990]!.toFixed(2)} ms until 503`,
  );
  for (const path of ["/", "/sales/1", "/api/sales", "/api/sales/1/stock"]) {
    assertEquals((await kit.edge.app.request(path)).status, 200, path);
  }
});

Deno.test("Second tries are at most a tenth of the first ones when half of all calls fail", async () => {
  await using kit = await startEdge();
  kit.origin.change(1, { limits: NO_LIMITS });
  await kit.refresh();
  const token = await kit.signIn("ann");
  let calls = 0;
  // Every second call fails, so never three in a row, which would take the origin out.
  kit.origin.misbehave = () => {
    calls += 1;
    return calls % 2 === 0 ? new Response("broken", { status: 500 }) : null;
  };
  const buys = 1_000;
  for (let i = 0; i < buys; i += 1) await (await kit.buy({ token })).body?.cancel();
  const retries = await metric(kit, "batch_retries_total");
  const refused = await metric(kit, "retries_refused_total");
  console.log(`    ${buys} buys, ${retries} second tries, ${refused} refused`);
  assertEquals(calls, buys + retries);
  // The clock stands still, so all of this falls into one window.
  assert(retries > buys * 0.09 && retries <= buys * 0.1, String(retries));
  assert(refused > 0);
});

Deno.test("A lone failure is tried again, for a buy and for a read", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  let failures = 1;
  kit.origin.misbehave = () => failures-- > 0 ? new Response("broken", { status: 500 }) : null;
  assertEquals(await gist(kit.buy({ token })), "201 reserved");
  const real = kit.origin.call.bind(kit.origin);
  const deadlines: unknown[] = [];
  kit.origin.call = (request) => {
    if (!new URL(request.url).pathname.startsWith("/internal/orders")) return real(request);
    deadlines.push(request.headers.get(DEADLINE_HEADER));
    return deadlines.length === 1 ? AWAY() : real(request);
  };
  const headers = { authorization: `Bearer ${token}` };
  assertEquals((await kit.edge.app.request("/api/orders", { headers })).status, 200);
  assertEquals(deadlines, ["1900", "1900"], "both tries say how long they wait");
});

Deno.test("/metrics tells of each origin", async () => {
  await using kit = await startEdge();
  const token = await kit.signIn("ann");
  await (await kit.buy({ token })).body?.cancel();
  const text = await (await kit.edge.app.request("/metrics")).text();
  const lines = text.split("\n").filter((line) => line.includes("{origin="));
  assertEquals(lines, [
    'dropgate_edge_origin_healthy{origin="http://origin.test"} 1',
    'dropgate_edge_origin_ready{origin="http://origin.test"} 1',
    'dropgate_edge_origin_in_flight{origin="http://origin.test"} 0',
    'dropgate_edge_origin_calls_total{origin="http://origin.test"} 1',
    'dropgate_edge_origin_failures_total{origin="http://origin.test"} 0',
    'dropgate_edge_origin_ejections_total{origin="http://origin.test"} 0',
    'dropgate_edge_origin_retries_total{origin="http://origin.test"} 0',
  ]);
});
